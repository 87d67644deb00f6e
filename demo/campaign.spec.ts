import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startSimulator } from '../simulator/simulator.js';
import { type CampaignResult, runCampaign, timeLimitMs } from './campaign.js';
import { Gateway } from './gateway.js';
import { Platform } from './platform.js';
import { ProgressView } from './progress-view.js';
import { ASSETS } from './secrets.js';
import { isGood } from './summary-text.js';
import { type Misdeeds, PretendGateway } from './testing/pretend-gateway.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const MESSAGES = 20;

/** A whole run between a pretended gateway and the real simulator. */
async function run(misdeeds: Misdeeds): Promise<CampaignResult & { shown: string }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'heliograph-demo-spec-'));
  closers.push(async () => rmSync(folder, { recursive: true, force: true }));
  const pretended = new PretendGateway(misdeeds);
  await pretended.listen();
  closers.push(() => pretended.close());
  const simulator = await startSimulator({
    callbackUrl: `${pretended.url}/hook`,
    appSecret: 'secret',
    verifyToken: 'token',
    timeScale: 0.05,
    latencyMs: 1,
    ledgerFile: path.join(folder, 'ledger.ndjson'),
  });
  closers.push(() => simulator.close());
  pretended.sendTo(simulator.url);
  const [gateway, platform] = [new Gateway(pretended.url, 'key'), new Platform(simulator.url)];
  closers.push(
    () => gateway.close(),
    () => platform.close(),
  );
  let shown = '';
  const result = await runCampaign({
    gateway,
    platform,
    plan: { messages: MESSAGES, phoneNumberId: ASSETS.phoneNumberId, firstRecipient: 100_000, runId: 'run' },
    mps: 80,
    faults: 'none',
    view: new ProgressView({ write: (text) => (shown += text) }),
    signal: new AbortController().signal,
  });
  return { ...result, shown };
}

describe('a run', () => {
  it('ends when every message is final, and finds nothing wrong with a gateway that does right', async () => {
    const { summary, settled, shown } = await run({});
    expect(summary).toMatchObject({ accepted: MESSAGES, delivered: MESSAGES, lost: 0, duplicates: 0 });
    expect(isGood(summary, settled)).toBe(true);
    expect(shown).toContain(`sent ${MESSAGES}/${MESSAGES}, delivered ${MESSAGES}`);
  });

  it.each<[string, Misdeeds, object]>([
    ['claims to have sent what it did not send', { invents: 3 }, { lost: 1, duplicates: 0 }],
    ['sends a message twice', { repeats: 3 }, { lost: 0, duplicates: 1 }],
    ['forgets a message that it accepted', { forgets: 3 }, { lost: 1, duplicates: 0 }],
  ])('finds out a gateway that %s', async (_what, misdeeds, found) => {
    const { summary, settled } = await run(misdeeds);
    expect(summary).toMatchObject(found);
    expect(isGood(summary, settled)).toBe(false);
  });

  it('has time in proportion to its size', () => {
    expect(timeLimitMs(2000, 80)).toBe(60_000 + 37_500);
  });
});
