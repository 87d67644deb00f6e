import { readFile } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import { GraphClient } from '../meta/graph-client.js';
import { SCOPES } from '../platform/auth/scopes.js';
import { newId } from '../platform/clock/ids.js';
import { KeyRing } from '../platform/crypto/key-ring.js';
import { Db } from '../platform/db/db.js';
import type { Queryable } from '../platform/db/queryable.js';
import { fieldErrors } from '../platform/http/field-errors.js';
import { Runtime } from '../platform/runtime.js';
import { AccountsService } from './accounts.service.js';
import * as store from './accounts.store.js';
import { ApiKeysService } from './api-keys.service.js';
import {
  type BootstrapApp,
  BootstrapFile,
  type BootstrapPhoneNumber,
  type BootstrapPortfolio,
  type BootstrapWaba,
} from './bootstrap.dto.js';
import { unknownScopes } from './unknown-scopes.js';

/** Thrown when the bootstrap file cannot be applied; the message names every field that is wrong. */
export class BootstrapError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'BootstrapError';
  }
}

/**
 * Applies the file that `BOOTSTRAP_FILE` names: adds what is missing, changes what differs, deletes nothing. Applying
 * it twice, or by several replicas at once, is the same as applying it once.
 */
@Injectable()
export class BootstrapService {
  constructor(
    private readonly db: Db,
    private readonly keys: KeyRing,
    private readonly graph: GraphClient,
    private readonly apiKeys: ApiKeysService,
    private readonly accounts: AccountsService,
    private readonly runtime: Runtime,
  ) {}

  /** Reads, checks and applies the file. Throws BootstrapError; then nothing of the failing portfolio is applied. */
  async applyFile(path: string): Promise<void> {
    const file = await parseFile(path);
    await this.accounts.refresh();
    for (const { field, apiKey, unknown } of unknownScopes(file)) {
      this.runtime.logger.warn(
        { field, api_key: apiKey, unknown, known: SCOPES },
        'an API key has scopes that open nothing',
      );
    }
    for (const portfolio of file.portfolios) {
      const numbers = await this.numbersOf(portfolio);
      await this.db.transaction((tx) => this.applyPortfolio(tx, portfolio, numbers));
    }
    await this.accounts.refresh();
  }

  /** The numbers of each WABA: those given, or those that the Graph API lists. Read before the transaction begins. */
  private async numbersOf(portfolio: BootstrapPortfolio): Promise<Map<string, readonly BootstrapPhoneNumber[]>> {
    const found = new Map<string, readonly BootstrapPhoneNumber[]>();
    for (const waba of portfolio.wabas ?? []) {
      found.set(waba.waba_id, waba.phone_numbers ?? (await this.listFromGraph(waba)));
    }
    return found;
  }

  private async listFromGraph(waba: BootstrapWaba): Promise<BootstrapPhoneNumber[]> {
    try {
      const listed = await this.graph.listPhoneNumbers(waba.waba_id, waba.access_token);
      return listed.map((n) => ({ phone_number_id: n.phoneNumberId, display_phone_number: n.displayPhoneNumber }));
    } catch (cause) {
      // A restart must not depend on Meta: numbers that are known already will do until the next poll.
      if (this.accounts.numbersOfWaba(waba.waba_id).length > 0) return [];
      throw new BootstrapError(`The phone numbers of WABA ${waba.waba_id} cannot be read from the Graph API`, cause);
    }
  }

  private async applyPortfolio(
    tx: Queryable,
    portfolio: BootstrapPortfolio,
    numbers: ReadonlyMap<string, readonly BootstrapPhoneNumber[]>,
  ): Promise<void> {
    const portfolioId = await store.upsertPortfolio(tx, {
      id: newId(),
      businessId: portfolio.business_id,
      name: portfolio.name,
    });
    for (const key of portfolio.api_keys ?? []) {
      const keyHash = this.apiKeys.hash(key.key);
      const ours = await store.upsertApiKey(tx, {
        id: newId(),
        portfolioId,
        name: key.name,
        keyHash,
        scopes: key.scopes,
      });
      requireOurs(ours, `API key "${key.name}"`);
    }
    for (const app of portfolio.apps ?? []) await this.applyApp(tx, portfolioId, app);
    for (const waba of portfolio.wabas ?? []) {
      await this.applyWaba(tx, portfolioId, waba);
      for (const number of numbers.get(waba.waba_id) ?? []) {
        const ours = await store.upsertPhoneNumber(tx, {
          phoneNumberId: number.phone_number_id,
          portfolioId,
          wabaId: waba.waba_id,
          displayPhoneNumber: number.display_phone_number,
        });
        requireOurs(ours, `phone number ${number.phone_number_id}`);
      }
    }
  }

  /** A changed secret goes first and the one before it stays, so that webhooks signed with either are taken. */
  private async applyApp(tx: Queryable, portfolioId: string, app: BootstrapApp): Promise<void> {
    const known = this.accounts.app(app.app_id)?.appSecrets ?? [];
    const secrets = [app.app_secret, ...known.filter((s) => s !== app.app_secret)].slice(0, 2);
    const place = `apps/${app.app_id}`;
    const ours = await store.upsertApp(tx, {
      id: newId(),
      portfolioId,
      appId: app.app_id,
      appSecrets: secrets.map((s) => this.keys.seal(s, `${place}/app_secret`)),
      verifyToken: this.keys.seal(app.verify_token, `${place}/verify_token`),
    });
    requireOurs(ours, `app ${app.app_id}`);
  }

  private async applyWaba(tx: Queryable, portfolioId: string, waba: BootstrapWaba): Promise<void> {
    const ours = await store.upsertWaba(tx, {
      wabaId: waba.waba_id,
      portfolioId,
      appId: waba.app_id,
      accessToken: this.keys.seal(waba.access_token, `wabas/${waba.waba_id}/access_token`),
      name: waba.name ?? null,
    });
    requireOurs(ours, `WABA ${waba.waba_id}`);
  }
}

async function parseFile(path: string): Promise<BootstrapFile> {
  let raw: unknown;
  try {
    raw = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new BootstrapError(`BOOTSTRAP_FILE ${path} cannot be read as JSON: ${(cause as Error).message}`, cause);
  }
  const file = plainToInstance(BootstrapFile, raw);
  const problems = fieldErrors(await validate(file ?? {}, { whitelist: true, forbidNonWhitelisted: true }));
  if (problems.length > 0) {
    throw new BootstrapError(`BOOTSTRAP_FILE: ${problems.map((p) => `${p.pointer}: ${p.detail}`).join('; ')}`);
  }
  return file;
}

function requireOurs(ours: boolean, what: string): void {
  if (!ours) throw new BootstrapError(`${what} belongs to another portfolio already`);
}
