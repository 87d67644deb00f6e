import { beforeEach, describe, expect, it } from '@jest/globals';
import { OutboxSignal } from '../../src/messaging/outbox-signal.js';
import { peekDue } from '../../src/messaging/send-queue.store.js';
import { TemplateGate } from '../../src/messaging/template-gate.js';
import { Withholder } from '../../src/messaging/withholder.js';
import type { Db } from '../../src/platform/db/db.js';
import { TemplateDirectoryService } from '../../src/templates/template-directory.service.js';
import * as templates from '../../src/templates/templates.store.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { aPortfolio, everyQueue, type PortfolioRows, store } from '../support/rows.js';
import { Services } from '../support/services.js';

const ONE_VARIABLE = [{ type: 'BODY', text: 'Hi {{1}}, it is on its way.' }];
const TWO_VARIABLES = [{ type: 'BODY', text: 'Hi {{1}}, {{2}} is on its way.' }];
const FACTS: templates.TemplateFacts = {
  templateId: '1',
  name: 'shipped',
  language: 'en_US',
  status: 'APPROVED',
  category: 'UTILITY',
  qualityScore: 'GREEN',
  reason: null,
  parameterFormat: 'POSITIONAL',
  components: ONE_VARIABLE,
};

let database: TestDatabase;
let db: Db;
let of: PortfolioRows;
let directory: TemplateDirectoryService;
let gate: TemplateGate;

beforeEach(async () => {
  database ??= await freshDatabase();
  ({ db } = database);
  of = await aPortfolio(db);
  const { accounts, runtime } = new Services(database);
  await accounts.refresh();
  directory = new TemplateDirectoryService(db, accounts, runtime);
  gate = new TemplateGate(db, directory, new Withholder(db, new OutboxSignal(), runtime));
  await told({});
});

/** Meta tells of the template, and it is known here. */
async function told(news: Partial<templates.TemplateFacts>): Promise<void> {
  const { wabaId, portfolioId } = of;
  const askedAt = await templates.readClock(db);
  await templates.writeTemplates(db, { wabaId, portfolioId, source: 'poll', askedAt }, [{ ...FACTS, ...news }]);
  await directory.refresh();
}

/** Stores a message of the template that was accepted so many minutes ago. */
async function accepted(values: readonly string[], minutesAgo: number, code = 'en_US'): Promise<string> {
  const parameters = values.map((text) => ({ type: 'text', text }));
  const content = { name: 'shipped', language: { code }, components: [{ type: 'body', parameters }] };
  const [id = ''] = await store(db, of, { type: 'template', content, priority: 1 });
  await db.run(`update messages set accepted_at = now() - $2 * interval '1 minute' where id = $1`, [id, minutesAgo]);
  return id;
}

/** Lets everything through that is due, and tells what became of it. */
async function judged(): Promise<{ mayGo: string[]; held: Record<string, string> }> {
  const due = (await peekDue(db, everyQueue(of.phoneNumberId, 100))).flat();
  const { mayGo, held } = await gate.letThrough(due);
  return {
    mayGo: mayGo.map((m) => m.id).filter((id) => !held.has(id)),
    held: Object.fromEntries([...held].map(([id, { reason }]) => [id, reason])),
  };
}

const endOf = async (id: string) =>
  (
    await db.rows<{ state: string; attempt_no: number; errors: { code: number; details: string }[] }>(
      `select state, attempt_no, errors from messages where id = $1`,
      [id],
    )
  )[0];

describe('the template of a message that is due', () => {
  it('holds the message while it is paused or in review, and lets it go afterwards', async () => {
    const id = await accepted(['Pablo'], 5);
    for (const status of ['PAUSED', 'PENDING']) {
      await told({ status });
      expect(await judged()).toEqual({ mayGo: [], held: { [id]: expect.stringContaining(status) } });
      expect(await endOf(id)).toMatchObject({ state: 'queued', attempt_no: 0 });
    }
    await told({ status: 'APPROVED' });
    expect(await judged()).toEqual({ mayGo: [id], held: {} });
  });

  it.each([
    ['DISABLED', 132016],
    ['REJECTED', 132001],
    ['DELETED', 132001],
  ])(
    'that is %s ends the message without an attempt, and leaves those of other templates alone',
    async (status, code) => {
      const id = await accepted(['Pablo'], 5);
      const [text = ''] = await store(db, of, {});
      await told({ status });
      expect(await judged()).toEqual({ mayGo: [text], held: {} });
      const details = expect.stringMatching(new RegExp(`shipped .*${status}.*not sent`));
      expect(await endOf(id)).toMatchObject({ state: 'rejected', attempt_no: 0, errors: [{ code, details }] });
    },
  );

  it('in another language than the message’s holds nothing', async () => {
    const id = await accepted(['Pablo'], 5, 'de');
    await told({ status: 'DISABLED' });
    expect(await judged()).toEqual({ mayGo: [id], held: {} });
  });

  it('that was edited ends the messages that no longer fit it, and only those', async () => {
    const old = await accepted(['Pablo'], 5);
    const fits = await accepted(['Pablo', 'a book'], 5);
    await told({ components: TWO_VARIABLES });
    expect(await judged()).toEqual({ mayGo: [fits], held: {} });
    expect(await endOf(old)).toMatchObject({
      state: 'rejected',
      errors: [{ code: 132012, details: expect.stringContaining('/template/components/0/parameters') }],
    });
  });
});
