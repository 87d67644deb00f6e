import type { Summary } from './summary.js';
import type { GatewayMessage, LedgerLine } from './wire.js';

/** How many answers of the platform did not reach the gateway whole, and how many of those messages are proven sent. */
export interface LostAnswers {
  readonly lost: number;
  readonly resolved: number;
}

/** Faults after which the gateway cannot know from the answer that the platform has the message. */
const HIDING = new Set(['lost_response', 'truncated', 'server_error_after', 'garbage', 'hang']);

/** Counts them: a message is resolved when the gateway names the very wamid that it was never told in an answer. */
export function countLostAnswers(ledger: readonly LedgerLine[], messages: readonly GatewayMessage[]): LostAnswers {
  const known = new Set(messages.map((message) => message.wamid));
  const hidden = ledger.filter((line) => line.wamid !== undefined && HIDING.has(line.fault ?? ''));
  return { lost: hidden.length, resolved: hidden.filter((line) => known.has(line.wamid)).length };
}

/** Whether the run proves what it should: nothing lost, nothing twice, everything accepted and final. */
export function isGood(summary: Summary, settled: boolean): boolean {
  return settled && summary.lost === 0 && summary.duplicates === 0 && summary.accepted === summary.messages;
}

/** The result for people: a table and what it means. */
export function summaryText(summary: Summary, answers: LostAnswers, run: { settled: boolean; open: number }): string {
  const rows: [string, string | number][] = [
    ['messages accepted', `${summary.accepted} of ${summary.messages}`],
    ['submitted to the platform', summary.submitted],
    ['delivered', summary.delivered],
    ['read', summary.read],
    ['failed at the platform', summary.failed],
    ['rejected', summary.rejected],
    ['in doubt (unknown, unconfirmed)', summary.unknown + summary.unconfirmed],
    ['answers lost on the way', `${answers.lost}, ${answers.resolved} resolved by a webhook`],
    ['lost', summary.lost],
    ['sent twice', summary.duplicates],
    ['refused as too fast (130429)', summary.throttled_130429],
    ['most in any second', summary.max_in_any_second],
    ['messages per second', summary.mps],
    ['seconds of sending', summary.seconds],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  const table = rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`).join('\n');
  return `${table}\n\n  ${verdict(summary, run)}\n`;
}

function verdict(summary: Summary, { settled, open }: { settled: boolean; open: number }): string {
  if (isGood(summary, settled)) {
    const pace = `at most ${summary.max_in_any_second} in any second`;
    return `Each of the ${summary.messages} messages reached the platform exactly as the gateway says, none twice, ${pace}.`;
  }
  const faults: string[] = [];
  if (summary.accepted < summary.messages) faults.push(`${summary.messages - summary.accepted} were not accepted`);
  if (summary.lost > 0) faults.push(`${summary.lost} are lost`);
  if (summary.duplicates > 0) faults.push(`${summary.duplicates} went out once too often`);
  if (!settled) faults.push(open > 0 ? `${open} were not final in time` : 'the platform was not done in time');
  return `This run is NOT good: ${faults.join(', ')}.`;
}
