import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type CampaignResult, runCampaign } from './campaign.js';
import { DEMO_HELP, type DemoOptions, readDemoArguments } from './command-line.js';
import { explain } from './demo-error.js';
import { INTERRUPTED_EXIT, isInterruption, onInterruption, USAGE_EXIT, whenAborted } from './interruption.js';
import { ProgressView } from './progress-view.js';
import { ASSETS } from './secrets.js';
import { type Stack, startStack } from './stack.js';
import { countLostAnswers, isGood, summaryText } from './summary-text.js';

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const say = (line: string): void => print(`  ${line}`);

/** Levels of throughput that the Graph API can tell (Meta, "Throughput" and "Coexistence"). */
const TOLD_MPS = [20, 80, 1000];

async function runDemo(options: DemoOptions): Promise<number> {
  const signal = onInterruption(say);
  const folder = mkdtempSync(path.join(tmpdir(), 'heliograph-demo-'));
  let stack: Stack | undefined;
  let result: CampaignResult;
  try {
    if (!TOLD_MPS.includes(options.mps)) {
      say(`Meta tells the levels ${TOLD_MPS.join(', ')} only: the gateway keeps to the level, not to ${options.mps}.`);
    }
    stack = await startStack({ folder, mps: options.mps, faults: options.faults, signal, say });
    say(`sending ${options.messages} messages at ${options.mps} per second, faults: ${options.faults}`);
    const run = runCampaign({
      gateway: stack.gateway,
      platform: stack.platform,
      plan: {
        messages: options.messages,
        phoneNumberId: ASSETS.phoneNumberId,
        firstRecipient: FIRST_RECIPIENT,
        runId: 'demo',
      },
      mps: options.mps,
      faults: options.faults,
      view: new ProgressView(process.stdout),
      signal,
    });
    result = await Promise.race([stack.guard(run), whenAborted(signal)]);
  } finally {
    await stack?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  const { summary, settled, messages, ledger } = result;
  print('');
  print(summaryText(summary, countLostAnswers(ledger, messages), result));
  if (options.json) print(JSON.stringify(summary));
  return isGood(summary, settled) ? 0 : 1;
}

/** +1 555 010 0000: 555 is no area code, and 01xx is kept for fiction in every one. */
const FIRST_RECIPIENT = 100_000;

async function main(): Promise<number> {
  let options: DemoOptions;
  try {
    options = readDemoArguments(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nTry --help.\n`);
    return USAGE_EXIT;
  }
  if (options.help) {
    process.stdout.write(DEMO_HELP);
    return 0;
  }
  return runDemo(options);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (isInterruption(error)) process.exit(INTERRUPTED_EXIT);
    process.stderr.write(`\n${explain(error)}\n`);
    process.exit(1);
  },
);
