/** A line that breaks a rule: the rule that must see it, the file where it is planted, what stands there. */
export type Plant = readonly [rule: string, file: string, code: string];

/** Features of the product in dependency order; the skeleton below has one folder for each. */
const FEATURES = [
  'accounts',
  'rate-limit',
  'templates',
  'metrics',
  'media',
  'messaging',
  'campaigns',
  'drop-in',
  'webhooks',
];

/** Each feature with a door, a wall (its store) and a use of the feature before it. */
const featureTree = (): Record<string, string> =>
  Object.fromEntries(
    FEATURES.flatMap((name, i) => {
      const before = FEATURES[i - 1];
      const use = before === undefined ? '' : `import '../${before}/${before}.service.js';\n`;
      return [
        [`src/${name}/${name}.service.ts`, `${use}export const service = '${name}';\n`],
        [`src/${name}/${name}.store.ts`, "import { Pool } from 'pg';\nexport const pool = Pool;\n"],
      ];
    }),
  );

/** For each feature: an import of the next one, and an import of its store from outside. */
const featurePlants = (): Plant[] =>
  FEATURES.flatMap((name, i) => {
    const next = FEATURES[i + 1];
    const door: Plant = [
      `enter-${name}-by-its-door`,
      `src/app/into-${name}.ts`,
      `import type { pool } from '../${name}/${name}.store.js';\nexport type P = typeof pool;\n`,
    ];
    if (next === undefined) return [door];
    const order = `import type { service } from '../${next}/${next}.service.js';\nexport type P = typeof service;\n`;
    return [door, [`${name}-must-not-use-later-features`, `src/${name}/late.ts`, order]];
  });

/** A small tree that obeys the fence and uses every permission it grants. */
export const CLEAN_TREE: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({
    type: 'module',
    dependencies: { '@nestjs/common': '1.0.0', pg: '1.0.0', typeorm: '1.0.0' },
    devDependencies: { 'fast-check': '1.0.0' },
  }),
  'src/main.ts': "import { start } from './app/api.module.js';\nstart();\n",
  'src/app/api.module.ts':
    "import { MessagingModule } from '../messaging/messaging.module.js';\nexport const start = (): unknown => MessagingModule;\n",
  'src/contracts/subjects.ts': "export const SEND = 'wa.rpc.v1.messaging.send';\n",
  'src/core/clock.ts': 'export interface Clock {\n  now(): Date;\n}\n',
  'src/core/clock.spec.ts':
    "import fc from 'fast-check';\nimport { readFileSync } from 'node:fs';\nfc(readFileSync);\n",
  'src/core/webhook/signature.ts':
    "import { createHmac } from 'node:crypto';\nimport type { Clock } from '../clock.js';\nexport const sign = (c: Clock): unknown => createHmac('sha256', String(c.now()));\n",
  'src/core/delivery/callback-token.ts': "import { createHmac } from 'node:crypto';\nexport const mac = createHmac;\n",
  'src/platform/transport/plain-json.ts': 'export const encode = JSON.stringify;\n',
  'src/platform/config/load-config.ts': "import type { Clock } from '../../core/clock.js';\nexport type C = Clock;\n",
  'src/platform/db/db.ts':
    "import { DataSource } from 'typeorm';\nimport { Init1 } from '../../../migrations/1-init.js';\nexport const db = [DataSource, Init1];\n",
  'src/meta/graph-client.ts':
    "import { encode } from '../platform/transport/plain-json.js';\nexport const g = encode;\n",
  ...featureTree(),
  'src/messaging/messaging.module.ts':
    "import { Module } from '@nestjs/common';\nimport { MessagingService } from './messaging.service.js';\nexport const MessagingModule = [Module, MessagingService];\n",
  'src/messaging/messaging.dto.ts': 'export class SendDto {}\n',
  'src/messaging/messaging.service.ts':
    "import { service } from '../accounts/accounts.service.js';\nimport { rows } from './messages.store.js';\nimport { g } from '../meta/graph-client.js';\nexport const MessagingService = [service, rows, g];\n",
  'src/messaging/messages.store.ts':
    "import type { PoolClient } from 'pg';\nexport const rows = (c: PoolClient): unknown => c;\n",
  'src/messaging/message.entity.ts': "import { Entity } from 'typeorm';\nexport const MessageEntity = Entity;\n",
  'src/messaging/kinds/define-kind.ts': 'export const defineKind = <T>(kind: T): T => kind;\n',
  'src/messaging/kinds/text.kind.ts':
    "import { defineKind } from './define-kind.js';\nexport const text = defineKind('text');\n",
  'src/messaging/transport/messaging.http.ts':
    "import { MessagingService } from '../messaging.service.js';\nimport { encode } from '../../platform/transport/plain-json.js';\nexport const http = [MessagingService, encode];\n",
  'simulator/main.ts': "import { clock } from './virtual-clock.js';\nclock();\n",
  'simulator/virtual-clock.ts': 'export const clock = (): number => 0;\n',
  'migrations/1-init.ts':
    "import type { QueryRunner } from 'typeorm';\nexport class Init1 {\n  up(q: QueryRunner): unknown {\n    return q;\n  }\n}\n",
};

/** One line that breaks one rule: where it is planted, what it imports, and the rule that must see it. */
export const PLANTS: readonly Plant[] = [
  ...featurePlants(),
  ['core-is-pure', 'src/core/p1.ts', "import { readFileSync } from 'node:fs';\nexport const p = readFileSync;\n"],
  [
    'core-is-pure',
    'src/core/p2.ts',
    "import type { C } from '../platform/config/load-config.js';\nexport type P = C;\n",
  ],
  ['core-is-pure', 'src/core/p3.ts', "import { createHmac } from 'node:crypto';\nexport const p = createHmac;\n"],
  ['core-is-pure', 'src/core/p4.ts', "import { Module } from '@nestjs/common';\nexport const p = Module;\n"],
  ['core-may-only-hash', 'src/core/webhook/signature.ts', "import { get } from 'node:http';\nexport const p = get;\n"],
  [
    'contracts-stand-alone',
    'src/contracts/p1.ts',
    "import type { Clock } from '../core/clock.js';\nexport type P = Clock;\n",
  ],
  [
    'platform-knows-no-feature',
    'src/platform/p1.ts',
    "import { g } from '../meta/graph-client.js';\nexport const p = g;\n",
  ],
  [
    'meta-knows-no-feature',
    'src/meta/p1.ts',
    "import { service } from '../accounts/accounts.service.js';\nexport const p = service;\n",
  ],
  [
    'nobody-imports-app',
    'src/messaging/p1.ts',
    "import { start } from '../app/api.module.js';\nexport const p = start;\n",
  ],
  ['nobody-imports-app', 'demo/p1.ts', "import { start } from '../src/app/api.module.js';\nexport const p = start;\n"],
  ['nobody-imports-main', 'src/app/p1.ts', "import '../main.js';\n"],
  [
    'db-driver-only-in-stores',
    'src/messaging/p4.service.ts',
    "import type { DataSource } from 'typeorm';\nexport type P = DataSource;\n",
  ],
  ['db-driver-only-in-stores', 'src/messaging/p5.worker.ts', "import { Pool } from 'pg';\nexport const p = Pool;\n"],
  [
    'transports-are-thin',
    'src/messaging/transport/p1.grpc.ts',
    "import { rows } from '../messages.store.js';\nexport const p = rows;\n",
  ],
  [
    'kinds-are-declarations',
    'src/messaging/kinds/p1.kind.ts',
    "import { MessagingService } from '../messaging.service.js';\nexport const p = MessagingService;\n",
  ],
  [
    'simulator-shares-no-code-with-src',
    'simulator/p1.ts',
    "import type { Clock } from '../src/core/clock.js';\nexport type P = Clock;\n",
  ],
  [
    'src-shares-no-code-with-other-trees',
    'src/platform/p2.ts',
    "import { clock } from '../../simulator/virtual-clock.js';\nexport const p = clock;\n",
  ],
  [
    'migrations-belong-to-platform-db',
    'src/messaging/p6.store.ts',
    "import { Init1 } from '../../migrations/1-init.js';\nexport const p = Init1;\n",
  ],
  [
    'migrations-are-history',
    'migrations/2-p.ts',
    "import { db } from '../src/platform/db/db.js';\nexport const p = db;\n",
  ],
  ['no-cycles', 'src/platform/p3.ts', "import type { Q } from './p4.js';\nexport type P = Q | 1;\n"],
  ['no-unresolvable-import', 'src/platform/p5.ts', "import { gone } from './gone.js';\nexport const p = gone;\n"],
  ['nobody-imports-a-spec', 'src/platform/p6.ts', "import '../core/clock.spec.js';\n"],
  ['only-declared-packages', 'src/platform/p7.ts', "import fc from 'fast-check';\nexport const p = fc;\n"],
];

/** What the planted files need beside them, itself without a violation of its own. */
export const PLANT_PARTNERS: Readonly<Record<string, string>> = {
  'src/platform/p4.ts': "import type { P } from './p3.js';\nexport type Q = P | 2;\n",
};
