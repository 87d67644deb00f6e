/** What a stop stops: everything of its scope, or what the business begins (templates; replies go on). */
export type StopKind = 'all' | 'templates';

/** Whose sends a stop stops. */
export type StopScope = 'number' | 'waba' | 'portfolio' | 'template';

/** What one of Meta's errors stops until a signal or a person releases it. */
export interface StopRule {
  readonly scope: StopScope;
  readonly stops: StopKind;
  /** After how long it ends by itself, in milliseconds; null when only a release ends it. */
  readonly endsAfterMs: number | null;
}

const HOUR_MS = 3_600_000;

/**
 * The errors after which every further message of the scope would be refused too, and may make it worse. Meta names no
 * end for most; sending on while restricted prolongs it, so nothing is tried until somebody says so.
 */
export const STOP_RULES: Readonly<Record<number, StopRule>> = {
  33: { scope: 'number', stops: 'all', endsAfterMs: null },
  131037: { scope: 'number', stops: 'all', endsAfterMs: null },
  131045: { scope: 'number', stops: 'all', endsAfterMs: null },
  133006: { scope: 'number', stops: 'all', endsAfterMs: null },
  133010: { scope: 'number', stops: 'all', endsAfterMs: null },
  // Spam: what people began themselves may be answered.
  131048: { scope: 'number', stops: 'templates', endsAfterMs: null },
  368: { scope: 'waba', stops: 'all', endsAfterMs: null },
  131031: { scope: 'waba', stops: 'all', endsAfterMs: null },
  // Payment: only what costs something is refused.
  131042: { scope: 'waba', stops: 'templates', endsAfterMs: null },
  141006: { scope: 'waba', stops: 'templates', endsAfterMs: null },
  131064: { scope: 'waba', stops: 'templates', endsAfterMs: null },
  132015: { scope: 'template', stops: 'all', endsAfterMs: null },
  132016: { scope: 'template', stops: 'all', endsAfterMs: null },
  132068: { scope: 'template', stops: 'all', endsAfterMs: null },
  // A flow has 10 messages an hour; a template is prepared for marketing_messages within 10 minutes.
  132069: { scope: 'template', stops: 'all', endsAfterMs: HOUR_MS },
  134101: { scope: 'template', stops: 'all', endsAfterMs: HOUR_MS / 6 },
};

/** A stop in force. */
export interface Stop {
  readonly scope: StopScope;
  /** The number's, WABA's or portfolio's id; for a template, `<waba id>/<name>`. */
  readonly scopeId: string;
  readonly stops: StopKind;
  /** Meta's error code, or 0 when a person set it. */
  readonly code: number;
  readonly reason: string;
  /** Milliseconds since the epoch; null when only a release ends it. */
  readonly untilMs: number | null;
}

/** Where a message comes from and what it is, as far as stops go. */
export interface StoppableMessage {
  readonly phoneNumberId: string;
  readonly wabaId: string;
  /** Our id of the portfolio. */
  readonly portfolioId: string;
  readonly type: string;
  /** The template's name; null for other messages. */
  readonly template: string | null;
}

/** The stop that holds a message back, of those in force at `nowMs` (milliseconds since the epoch); null when none does. */
export function stopOf(message: StoppableMessage, stops: readonly Stop[], nowMs: number): Stop | null {
  const inForce = stops.filter((stop) => (stop.untilMs === null || stop.untilMs > nowMs) && applies(stop, message));
  // The one that ends last says when it goes on; one without an end comes before all.
  return inForce.sort((a, b) => (b.untilMs ?? Infinity) - (a.untilMs ?? Infinity))[0] ?? null;
}

function applies(stop: Stop, message: StoppableMessage): boolean {
  if (stop.stops === 'templates' && message.type !== 'template') return false;
  if (stop.scope === 'number') return stop.scopeId === message.phoneNumberId;
  if (stop.scope === 'waba') return stop.scopeId === message.wabaId;
  if (stop.scope === 'portfolio') return stop.scopeId === message.portfolioId;
  return message.template !== null && stop.scopeId === `${message.wabaId}/${message.template}`;
}
