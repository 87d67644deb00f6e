import type { LookupFunction } from 'node:net';
import { Agent } from 'undici';
import { guardedLookup } from './guarded-lookup.js';
import type { Reach } from './judge-url.js';

/** How long a host that somebody else named may take. */
export interface Patience {
  /** For its answer to begin, and between two pieces of it. */
  readonly answerMs: number;
}

const CONNECT_MS = 3000;

/**
 * Connections to hosts that somebody else named: only to addresses that were judged to be public, none of them kept
 * longer than a moment. It follows no redirect, as undici does unless told to: the next URL would need its own verdict.
 */
export function guardedAgent(reach: Reach, { answerMs }: Patience, lookup: LookupFunction = guardedLookup()): Agent {
  return new Agent({
    connections: 16,
    keepAliveTimeout: 1000,
    keepAliveMaxTimeout: 1000,
    headersTimeout: answerMs,
    bodyTimeout: answerMs,
    connect: { timeout: CONNECT_MS, ...(reach.privateToo ? {} : { lookup }) },
  });
}
