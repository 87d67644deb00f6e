import { randomInt } from 'node:crypto';
import path from 'node:path';
import { type CampaignResult, runCampaign } from './campaign.js';
import { QUICKSTART_HELP, type QuickstartOptions, readQuickstartArguments } from './command-line.js';
import { explain } from './demo-error.js';
import { isInterruption, onInterruption, USAGE_EXIT, whenAborted } from './interruption.js';
import { ProgressView } from './progress-view.js';
import { ASSETS, stackFiles } from './secrets.js';
import { outgoing, type Plan } from './send-messages.js';
import { type Stack, startStack } from './stack.js';
import { storyText } from './story.js';
import { countLostAnswers, isGood, summaryText } from './summary-text.js';
import { digitsOf } from './wire.js';

const FOLDER = path.join('.data', 'quickstart');
const PREFERRED_PORT = 3000;
const MESSAGES = 200;
const MPS = 80;
/** Which message of the run loses its answer, so that every run has such a story to tell. */
const VICTIM = 20;

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const say = (line: string): void => print(`  ${line}`);

async function runQuickstart(options: QuickstartOptions): Promise<number> {
  const signal = onInterruption(say);
  const folder = path.resolve(FOLDER);
  let stack: Stack | undefined;
  try {
    stack = await startStack({ folder, mps: MPS, faults: 'none', preferredPort: PREFERRED_PORT, signal, say });
    const { url } = stack.gateway;
    say(
      `the gateway is ready at ${url}${url.endsWith(`:${PREFERRED_PORT}`) ? '' : ` (port ${PREFERRED_PORT} is taken)`}`,
    );
    print('');
    const aborted = whenAborted(signal);
    const result = await Promise.race([stack.guard(tell(stack, signal)), aborted]);
    printAddresses(stack, options);
    if (!options.exit) await Promise.race([stack.guard(aborted), aborted]);
    return isGood(result.summary, result.settled) ? 0 : 1;
  } finally {
    await stack?.stop();
  }
}

/** Sends the messages, shows how it goes and what became of them. */
async function tell(stack: Stack, signal: AbortSignal): Promise<CampaignResult> {
  const { gateway, platform } = stack;
  const plan = newPlan();
  const victim = outgoing(plan, VICTIM).to;
  await platform.setFaults({ preset: 'some', by_recipient: { [victim]: ['lost_response'] } });
  say(`sending ${MESSAGES} template messages at ${MPS} per second to a platform that loses some of its answers`);
  const view = new ProgressView(process.stdout);
  const result = await runCampaign({ gateway, platform, plan, mps: MPS, faults: 'some', view, signal });
  print('');
  print(summaryText(result.summary, countLostAnswers(result.ledger, result.messages), result));
  const plain = result.messages.find(({ to, read_at }) => typeof read_at === 'string' && to !== victim);
  if (plain !== undefined) await printStory(stack, 'The story of one message:', plain.id);
  const doubted = result.messages.find(({ to }) => digitsOf(to) === digitsOf(victim));
  if (doubted !== undefined) {
    await printStory(stack, 'And of one that the platform took, but whose answer was lost on the way:', doubted.id);
  }
  return result;
}

/** Recipients and keys that earlier runs on the same database have not used. */
function newPlan(): Plan {
  const firstRecipient = 1_000_000 + randomInt(8000) * 1000;
  const runId = `quickstart-${Date.now().toString(36)}`;
  return { messages: MESSAGES, phoneNumberId: ASSETS.phoneNumberId, firstRecipient, runId };
}

async function printStory({ gateway }: Stack, title: string, id: string): Promise<void> {
  const [message, history] = await Promise.all([gateway.message(id), gateway.history(id)]);
  print(storyText(title, message, history));
  print('');
}

function printAddresses({ gateway, platform, logFile }: Stack, options: QuickstartOptions): void {
  const { url } = gateway;
  const relative = (file: string) => path.relative(process.cwd(), file) || file;
  const keyFile = relative(stackFiles(path.resolve(FOLDER)).apiKey);
  const body = { phone_number_id: ASSETS.phoneNumberId, to: '+15550100001', type: 'text', text: { body: 'Hello' } };
  if (!options.exit) {
    say('Everything keeps running. Send a message of your own to the simulated platform:');
    print('');
    print(`curl -s ${url}/v1/messages \\`);
    print(`  -H "Authorization: Bearer $(cat ${keyFile})" -H 'Content-Type: application/json' \\`);
    print(`  -d '${JSON.stringify(body)}'`);
    print('');
  }
  say(`API            ${url}/docs  (OpenAPI: ${url}/openapi.json)`);
  say(`health         ${url}/health/ready`);
  say(`metrics        ${url}/metrics`);
  say(`simulator      ${platform.url}/_simulator/stats`);
  say(`API key        ${keyFile}`);
  say(`log            ${relative(logFile)}`);
  print('');
  if (!options.exit) say('Ctrl-C ends it; the data stays, and the next start uses it again.');
}

async function main(): Promise<number> {
  let options: QuickstartOptions;
  try {
    options = readQuickstartArguments(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nTry --help.\n`);
    return USAGE_EXIT;
  }
  if (options.help) {
    process.stdout.write(QUICKSTART_HELP);
    return 0;
  }
  return runQuickstart(options);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    // Ctrl-C is how it is meant to end.
    if (isInterruption(error)) process.exit(0);
    process.stderr.write(`\n${explain(error)}\n`);
    process.exit(1);
  },
);
