import type { Reply } from '../http/reply.js';
import { json } from '../http/reply.js';
import type { Checker } from '../scenario/check.js';
import type { Cell } from '../state/stateful.js';
import type { GraphCall } from './call.js';
import { graphRefusal } from './graph-error.js';

/** A fault of calls that fit it, of any endpoint; member of `calls` in a scenario. */
export interface CallFault {
  /** Any when absent. */
  readonly method?: string;
  /** The path behind the version, `*` standing for anything: `*\/message_templates`; any when absent. */
  readonly path?: string;
  /** Which of the fitting calls, from 1; absent: all. */
  readonly nth?: number;
  /** Answers so, with Graph's body for `code`, or as a bare server would when there is none. */
  readonly status?: number;
  readonly code?: number;
  /** Platform milliseconds that the answer takes longer; at once on a virtual clock. */
  readonly delay_ms?: number;
  /** The connection is reset: before the call is carried out, or after. */
  readonly reset?: 'before' | 'after';
  /** Half of the true answer, or HTML instead of it; the call is carried out. */
  readonly answer?: 'truncated' | 'garbage';
  /** Whether a call that is answered by `status` or `code` is carried out all the same. */
  readonly carried_out?: boolean;
}

const MOST_DELAY_MS = 3_600_000;
const KNOWN = ['method', 'path', 'nth', 'status', 'code', 'delay_ms', 'reset', 'answer', 'carried_out'];

/** Reads a list of call faults. */
export function readCallFaults(check: Checker, value: unknown, path: string): readonly CallFault[] {
  return check.array(value, path).map((item, i) => {
    const at = `${path}[${i}]`;
    const root = check.object(item, at, KNOWN);
    const oneOf = <T extends string>(name: string, names: readonly T[]): T | undefined => {
      const found = names.find((one) => one === root[name]);
      if (root[name] !== undefined && !found) check.fail(`${at}.${name}`, `must be one of ${names.join(', ')}`);
      return found;
    };
    const fault: CallFault = {
      method: oneOf('method', ['GET', 'POST', 'DELETE']),
      path: check.string(root.path, `${at}.path`),
      nth: check.number(root.nth, `${at}.nth`, [1, 1e9]),
      status: check.number(root.status, `${at}.status`, [200, 599]),
      code: check.number(root.code, `${at}.code`, [1, 9_999_999]),
      delay_ms: check.number(root.delay_ms, `${at}.delay_ms`, [0, MOST_DELAY_MS]),
      reset: oneOf('reset', ['before', 'after']),
      answer: oneOf('answer', ['truncated', 'garbage']),
      carried_out: check.boolean(root.carried_out, `${at}.carried_out`),
    };
    const { status, code, delay_ms, reset, answer } = fault;
    if (status === undefined && code === undefined && delay_ms === undefined && !reset && !answer)
      check.fail(at, 'does nothing: give status, code, delay_ms, reset or answer');
    return fault;
  });
}

/** The call faults that are set, each with the calls it has seen. */
export type CallFaultList = { readonly fault: CallFault; seen: number }[];

/** The fault that strikes a call; counts the call in every fault that it fits. */
export function strikeOf(list: Cell<CallFaultList>, { request, id, edge }: GraphCall): CallFault | undefined {
  let struck: CallFault | undefined;
  for (const item of list.current) {
    const { method, path, nth } = item.fault;
    if (method !== undefined && method !== request.method) continue;
    if (path !== undefined && !fits(path, edge === '' ? id : `${id}/${edge}`)) continue;
    item.seen++;
    if (nth === undefined || nth === item.seen) struck ??= item.fault;
  }
  return struck;
}

function fits(pattern: string, path: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(path);
}

/** Whether the call is to be carried out. */
export const isCarriedOut = ({ status, code, reset, carried_out }: CallFault): boolean =>
  reset === 'after' || (reset !== 'before' && (carried_out ?? (status === undefined && code === undefined)));

/** What the client gets instead of the true answer, which is undefined where the call was not carried out. */
export function spoiled(fault: CallFault, good: Reply | undefined): Reply {
  const { status, code, reset, answer } = fault;
  if (reset !== undefined) return { kind: 'destroy', reset: true };
  if (answer === 'garbage') return { kind: 'raw', status: status ?? 200, contentType: 'text/html', text: '<html>?' };
  if (answer === 'truncated') return { kind: 'truncated', body: good?.kind === 'json' ? good.body : {} };
  if (code !== undefined) {
    const refusal = graphRefusal(code);
    return json(refusal.body, status ?? refusal.status);
  }
  if (status !== undefined)
    return { kind: 'raw', status, contentType: 'text/html', text: '<html><h1>Error</h1></html>' };
  return good ?? json({ success: true });
}
