import { judge } from '../limits/judge.js';
import { SimulatedMeta } from '../limits/simulated-meta.js';
import { circumstances } from '../machine.js';
import { ProcessorMeter } from '../processor-time.js';
import { type Report, type Row, rowOf, type Verdict } from '../report.js';
import { spreadOf } from '../statistics.js';
import { type Contender, contenders } from './contenders.js';

/** How `limiter` is to measure. */
export interface LimiterOptions {
  /** How long each contender is to send at the full rate. */
  readonly seconds: number;
}

const LEVELS = [80, 1000] as const;

/** Left out at both ends: connections are made, and the last messages are resends. */
const EDGE_MS = 2000;

/** What one contender came to at one level. */
interface Result {
  readonly mostInAnySecond: number;
  readonly refused: number;
  readonly taken: number;
  /** Part of the level that was used, 0 to 1. */
  readonly share: number;
  readonly us: Readonly<Record<string, number>>;
  readonly postgresql: string | undefined;
}

/**
 * Lets our lane, a BullMQ queue with its limiter and a fixed-window counter send the same messages to the same simulator,
 * one after the other, each with a simulator of its own that has counted nothing yet.
 */
export async function benchLimiter(options: LimiterOptions, say: (line: string) => void): Promise<Report> {
  const { all, absent } = await contenders(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');
  const rows: Row[] = [];
  const verdicts: Verdict[] = [];
  const processorUs: Record<string, Readonly<Record<string, number>>> = {};
  let postgresql = '';
  for (const level of LEVELS) {
    for (const contender of all) {
      say(`limiter: ${contender.name} at ${level} for ${options.seconds} s …`);
      const found = await play(contender, level, options.seconds);
      const name = `${contender.name} at ${level}`;
      postgresql = found.postgresql ?? postgresql;
      rows.push(rowOf(name, 'msg/s', spreadOf([found.share * level])));
      processorUs[name] = found.us;
      const measured =
        `${found.mostInAnySecond} in the fullest second, ${found.refused} refused for ${found.taken} taken, ` +
        `${(found.share * 100).toFixed(1)} % of the rate used`;
      verdicts.push({
        promise: name,
        measured,
        holds: found.refused === 0 && found.mostInAnySecond <= level && found.share >= 0.98,
      });
    }
  }
  return {
    benchmark: 'limiter',
    circumstances: circumstances(postgresql),
    parameters: { seconds: options.seconds },
    rows,
    processorUs,
    verdicts,
    remarks: absent,
  };
}

async function play(contender: Contender, level: number, seconds: number): Promise<Result> {
  const meta = await SimulatedMeta.start(level);
  const messages = level * (seconds + 6);
  try {
    const running = await contender.start({ meta, level, messages });
    try {
      await meta.untilAccepted(1, 120_000);
      const beganAtMs = Date.now() + EDGE_MS;
      const meter = new ProcessorMeter(running.pids);
      await meta.untilAccepted(level * (seconds + 4), seconds * 4000);
      const us = meter.perUnit((await meta.stats()).accepted);
      const found = judge(await meta.arrivals(), beganAtMs, beganAtMs + seconds * 1000);
      const refused = Object.values(found.refused).reduce((a, b) => a + b, 0);
      const { load: _, ...ofContender } = us;
      return {
        ...found,
        refused,
        share: found.takenPerSecond / level,
        us: ofContender,
        postgresql: running.postgresql,
      };
    } finally {
      await running.stop();
    }
  } finally {
    await meta.stop();
  }
}
