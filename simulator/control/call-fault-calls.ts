import { type CallFaultList, readCallFaults, strikeOf } from '../graph/call-faults.js';
import { json } from '../http/reply.js';
import { Checker } from '../scenario/check.js';
import type { World } from '../world.js';
import { DONE } from './control-registry.js';

/** `calls` of a scenario, and `GET` and `POST /_simulator/calls {"calls": […]}`, which replaces them all. */
export function callFaultCalls({ scenario, state, policies, control }: World): void {
  const initial = scenario.section('calls', readCallFaults);
  const fresh = (): CallFaultList => initial.map((fault) => ({ fault, seen: 0 }));
  const list = state.cell<CallFaultList>('call faults', fresh);
  policies.callFault = (call) => (list.current.length === 0 ? undefined : strikeOf(list, call));
  control.on('GET /_simulator/calls', () =>
    json({ calls: list.current.map(({ fault, seen }) => ({ ...fault, seen })) }),
  );
  control.on('POST /_simulator/calls', ({ body }) => {
    const check = new Checker();
    const calls = readCallFaults(check, check.object(body, 'body', ['calls']).calls, 'calls');
    check.done();
    list.current.splice(0, list.current.length, ...calls.map((fault) => ({ fault, seen: 0 })));
    return DONE;
  });
}
