import { parseArgs } from 'node:util';
import { connect } from '@nats-io/transport-node';
import { DEAD_LETTER_STREAM, deadLettersOf } from '../src/contracts/subjects.js';
import { DeadLetterBox, type DeadLetterEntry } from '../src/platform/bus/dead-letter-box.js';
import { natsAddress } from '../src/platform/bus/nats-address.js';

const HELP = `Lists the commands that could not be carried out, and puts them back.

  npm run dlq -- list [--portfolio BUSINESS_ID] [--reason CODE] [--nats-url URL]
  npm run dlq -- move  --portfolio BUSINESS_ID  [--reason CODE] [--nats-url URL]

  list         one JSON line for each, the oldest first, without its body
  move         puts them back under the API key in HELIOGRAPH_API_KEY, which must be of that portfolio. Those that lacked
               the right to do what they wanted (unauthenticated, forbidden) only when --reason names it
  --nats-url   NATS_URL when absent

Exit code 0: done. 1: it failed. 2: wrong arguments.
`;

/** Moving these lends them a right that their sender did not have. */
const WITHOUT_RIGHT = ['unauthenticated', 'forbidden'];

interface Arguments {
  readonly way: 'list' | 'move';
  readonly portfolio: string | undefined;
  readonly reason: string | undefined;
  readonly url: string;
  readonly apiKey: string;
}

/** Null when help is wanted. Throws an Error for people when the arguments are wrong. */
function readArguments(args: string[], env: NodeJS.ProcessEnv): Arguments | null {
  const text = { type: 'string' } as const;
  const options = { portfolio: text, reason: text, 'nats-url': text, help: { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
  if (values.help === true) return null;
  const [way] = positionals;
  if ((way !== 'list' && way !== 'move') || positionals.length !== 1) throw new Error('say one of list, move');
  const { portfolio, reason } = values;
  const url = values['nats-url'] ?? env.NATS_URL;
  const apiKey = env.HELIOGRAPH_API_KEY ?? '';
  if (url === undefined) throw new Error('say where NATS is: --nats-url or NATS_URL');
  if (portfolio !== undefined && !/^\d+$/.test(portfolio)) throw new Error('--portfolio must be a business id');
  if (way === 'move' && portfolio === undefined) throw new Error('move needs --portfolio');
  if (way === 'move' && apiKey === '') throw new Error("move needs the portfolio's API key in HELIOGRAPH_API_KEY");
  return { way, portfolio, reason, url, apiKey };
}

async function run({ way, portfolio, reason, url, apiKey }: Arguments): Promise<void> {
  const connection = await connect({ ...natsAddress(url), name: 'heliograph-dlq' });
  try {
    const box = new DeadLetterBox(connection, DEAD_LETTER_STREAM, deadLettersOf(portfolio));
    const isListed = (entry: DeadLetterEntry) => reason === undefined || entry.reason === reason;
    const isMoved = (entry: DeadLetterEntry) =>
      reason === undefined ? !WITHOUT_RIGHT.includes(entry.reason) : entry.reason === reason;
    const entries = way === 'list' ? box.list() : box.move(`Bearer ${apiKey}`, isMoved);
    for await (const entry of entries) {
      if (way === 'move' || isListed(entry)) process.stdout.write(`${JSON.stringify(entry)}\n`);
    }
  } finally {
    await connection.close();
  }
}

async function main(): Promise<number> {
  let wanted: Arguments | null;
  try {
    wanted = readArguments(process.argv.slice(2), process.env);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nTry --help.\n`);
    return 2;
  }
  if (wanted === null) process.stdout.write(HELP);
  else await run(wanted);
  return 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
