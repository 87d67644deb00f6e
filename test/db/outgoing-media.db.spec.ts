import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { insertMedia } from '../../src/media/media.store.js';
import { OutgoingMediaService, type Readiness } from '../../src/media/outgoing-media.service.js';
import { MediaClient } from '../../src/meta/media-client.js';
import { LocalBlobs } from '../../src/platform/blobs/local-blobs.js';
import { newId } from '../../src/platform/clock/ids.js';
import { bootstrapFile, LUCKY } from '../support/accounts.js';
import { writeBootstrap } from '../support/bootstrap.js';
import { stopAtEnd } from '../support/cleanup.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { aPng } from '../support/files.js';
import { GraphMedia } from '../support/graph-media.js';
import { Services } from '../support/services.js';
import { aTempFolder } from '../support/temp-folder.js';
import { until } from '../support/until.js';

const SECOND_NUMBER = '106540352242923';
const folder = aTempFolder();

let database: TestDatabase;
let graph: GraphMedia;
let services: Services;
let portfolioId: string;

/** As one process has it: what another remembers, this one does not. */
const aProcess = () => {
  const client = new MediaClient(services.runtime.config);
  stopAtEnd('a media client', () => client.onApplicationShutdown());
  return new OutgoingMediaService(database.db, new LocalBlobs(folder), client, services.accounts, services.runtime);
};

beforeAll(async () => {
  database = await freshDatabase();
  graph = await GraphMedia.start();
  services = new Services(database, { GRAPH_BASE_URL: graph.url });
  const file = writeBootstrap(bootstrapFile({ numbersOfLucky: [LUCKY.phoneNumberId, SECOND_NUMBER] }));
  await services.bootstrap.applyFile(file);
  await services.accounts.refresh();
  portfolioId = services.accounts.phoneNumber(LUCKY.phoneNumberId)?.portfolioId ?? '';
});

async function aFile(bytes: Buffer): Promise<string> {
  const id = newId();
  const place = path.join(folder, `staged-${id}`);
  writeFileSync(place, bytes);
  const sha256 = createHash('sha256').update(bytes).digest();
  await new LocalBlobs(folder).put(`${portfolioId}/${id}`, { path: place, sizeBytes: bytes.length, sha256 });
  const media = { id, kind: 'image', mimeType: 'image/png', sizeBytes: bytes.length, sha256, filename: 'näh "x".png' };
  await insertMedia(database.db, portfolioId, { ...media, kind: 'image' });
  return id;
}

const anImage = (id: string, phone: string = LUCKY.phoneNumberId) => ({
  phone_number_id: phone,
  type: 'image',
  content: { id, caption: 'Look' },
});
const ready = (media: OutgoingMediaService, message: ReturnType<typeof anImage>): Promise<Readiness> =>
  until(
    async () => {
      const answer = await media.prepare(message);
      return answer.kind === 'ready' ? answer : null;
    },
    { what: 'the upload' },
  );
const uploadsOf = (bytes: Buffer) => graph.uploads.filter((u) => u.bytes.equals(bytes));

describe('a file that many messages name', () => {
  it('goes to Meta once for 10,000 messages, under its name and whole, and they go out under Meta’s id', async () => {
    const bytes = aPng('popular');
    const id = await aFile(bytes);
    const media = aProcess();
    const answers = await Promise.all(Array.from({ length: 5000 }, () => media.prepare(anImage(id))));
    expect(new Set(answers.map((a) => a.kind))).toEqual(new Set(['not_ready']));
    await ready(media, anImage(id));
    const [upload] = uploadsOf(bytes);
    for (let i = 0; i < 5000; i += 1) {
      expect(await media.prepare(anImage(id))).toEqual({ kind: 'ready', content: { id: upload?.id, caption: 'Look' } });
    }
    expect(uploadsOf(bytes)).toMatchObject([{ phoneNumberId: LUCKY.phoneNumberId, mimeType: 'image/png' }]);
  });

  it('is not uploaded again by another process, nor when the same bytes come as another file', async () => {
    const bytes = aPng('twice');
    const [first, second] = [await aFile(bytes), await aFile(bytes)];
    await ready(aProcess(), anImage(first));
    await ready(aProcess(), anImage(first));
    await ready(aProcess(), anImage(second));
    expect(uploadsOf(bytes)).toHaveLength(1);
  });

  it('is uploaded for each number, because Meta’s ids belong to numbers', async () => {
    const bytes = aPng('numbers');
    const id = await aFile(bytes);
    const media = aProcess();
    await ready(media, anImage(id));
    await ready(media, anImage(id, SECOND_NUMBER));
    expect(uploadsOf(bytes).map((u) => u.phoneNumberId)).toEqual([LUCKY.phoneNumberId, SECOND_NUMBER]);
  });

  it('is uploaded again before Meta forgets it, and when Meta could not use it', async () => {
    const bytes = aPng('old');
    const id = await aFile(bytes);
    await ready(aProcess(), anImage(id));
    await database.db.run(`update media_uploads set expires_at = now() + interval '25 hours'`);
    await ready(aProcess(), anImage(id));
    expect(uploadsOf(bytes)).toHaveLength(1);
    await database.db.run(`update media_uploads set expires_at = now() + interval '23 hours'`);
    const media = aProcess();
    await ready(media, anImage(id));
    expect(uploadsOf(bytes)).toHaveLength(2);
    const heard: boolean[] = [];
    media.listen((_, isGood) => heard.push(isGood));
    await media.forget(anImage(id));
    await ready(media, anImage(id));
    expect(uploadsOf(bytes)).toHaveLength(3);
    expect(heard).toEqual([false, true]);
  });
});

describe('a file that Meta cannot have', () => {
  it('rejects its message with Meta’s own words when Meta refuses the file', async () => {
    const id = await aFile(aPng('refused'));
    const media = aProcess();
    graph.refusal = { status: 400, body: { error: { code: 100, message: '(#100) Invalid parameter' } } };
    const answer = await until(
      async () => {
        const one = await media.prepare(anImage(id));
        return one.kind === 'not_ready' && one.result.kind === 'answer' ? one : null;
      },
      { what: 'the refusal' },
    );
    graph.refusal = null;
    expect(answer).toMatchObject({ result: { httpStatus: 400, body: { error: { code: 100 } } } });
  });

  it('keeps its message waiting while Meta is away', async () => {
    const bytes = aPng('waiting');
    const id = await aFile(bytes);
    graph.refusal = { status: 503, body: {} };
    const media = aProcess();
    for (let i = 0; i < 20; i += 1) {
      expect(await media.prepare(anImage(id))).toEqual({
        kind: 'not_ready',
        result: { kind: 'failure', code: 'MEDIA_PENDING' },
      });
    }
    graph.refusal = null;
    await ready(aProcess(), anImage(id));
  });

  it.each(['not known', 'of another tenant'])('rejects a message with a file that is %s', async (which) => {
    const id = which === 'not known' ? newId() : await aFile(aPng(which));
    if (which !== 'not known') {
      await database.db.run(
        `update media set portfolio_id = (select id from portfolios where id <> portfolio_id limit 1) where id = $1`,
        [id],
      );
    }
    const answer = await aProcess().prepare(anImage(id));
    expect(answer).toMatchObject({ kind: 'not_ready', result: { body: { error: { code: 131053 } } } });
  });
});

it('leaves a message without a file of ours alone, without a look at the database', () => {
  const media = aProcess();
  const content = { body: 'Hi' };
  expect(media.prepare({ phone_number_id: LUCKY.phoneNumberId, type: 'text', content })).toEqual({
    kind: 'ready',
    content,
  });
});
