import type { GatewayEvent, GatewayMessage } from './wire.js';

/** What each event means, for somebody who sees it for the first time. */
const MEANING: Readonly<Record<string, string>> = {
  queued: 'the gateway has it on disk and said so to the caller',
  unknown: 'no usable answer came: the platform may have it, so it is NOT sent again',
  submitted: 'the platform has it',
  sent: 'on its way to the phone',
  delivered: 'on the phone',
  read: 'read',
  failed: 'the platform could not deliver it',
  rejected: 'the platform refused it',
};

/** How an attempt's outcome became known. */
const EVIDENCE: Readonly<Record<string, string>> = {
  response: "by the platform's answer",
  webhook: 'by a webhook, because the answer was lost',
  recovery: 'after a worker had died',
  inferred: 'by elimination',
};

/** Tells one message's life: its events with their times, then its attempts. Lines without a newline at the end. */
export function storyText(title: string, message: GatewayMessage, events: readonly GatewayEvent[]): string {
  const told = events.map((event) => {
    const name = nameOf(event);
    const by = name === 'submitted' ? evidenceOf(event.data.evidence) : '';
    return `    ${event.time.slice(11, 23)}  ${name.padEnd(10)} ${MEANING[name] ?? ''}${by}`.trimEnd();
  });
  const attempts = (message.attempts ?? []).map(
    (a) => `    attempt ${a.number}: ${a.outcome ?? 'in flight'}, known ${EVIDENCE[a.evidence ?? ''] ?? 'not yet'}`,
  );
  const head = [`  ${title}`, `    ${message.id} to ${message.to}`];
  // Without this remark a `sent` that seems to come before the submission looks like a fault of ours.
  const foot = '    (sent, delivered, read and failed are told by the platform, in whole seconds)';
  return [...head, ...told, ...attempts, foot].join('\n');
}

function nameOf(event: GatewayEvent): string {
  return event.type.split('.').at(-2) ?? event.type;
}

function evidenceOf(evidence: unknown): string {
  const words = typeof evidence === 'string' ? EVIDENCE[evidence] : undefined;
  return words === undefined ? '' : `, known ${words}`;
}
