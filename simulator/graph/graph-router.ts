import type { ReceivedRequest } from '../http/http-server.js';
import { json, type Reply } from '../http/reply.js';
import { type GraphCall, readCall, splitPath } from './call.js';
import { type CallFault, isCarriedOut, spoiled } from './call-faults.js';
import { type GraphRefusal, unknownObject } from './graph-error.js';
import type { Policies, WantedAccess } from './policies.js';
import type { FoundRoute, GraphRegistry, RouteAnswer, TimedReply } from './registry.js';

/** What the router works with. */
export interface RouterParts {
  readonly clock: () => number;
  readonly registry: GraphRegistry;
  readonly policies: Policies;
  /** How long an answer takes, in milliseconds of real time. */
  readonly latencyMs: number;
  /** The account that calls on no account of their own count against. */
  readonly defaultWabaId: string;
}

/** An answer with its headers. */
export interface GraphAnswer extends TimedReply {
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Answers every call of Graph: token, object, budget, then the route. What is not modelled gets Graph's own error,
 * never a bare 404.
 */
export class GraphRouter {
  constructor(private readonly parts: RouterParts) {}

  /** Whether the body of a request is to be left unread for its route. */
  readsStream(method: string, path: string): boolean {
    const { id, edge } = splitPath(path);
    return this.parts.registry.find(method, id, edge)?.readsStream ?? false;
  }

  async answer(request: ReceivedRequest): Promise<GraphAnswer> {
    const { clock, registry, policies, defaultWabaId } = this.parts;
    const call = readCall(request, clock());
    const route = registry.find(request.method, call.id, call.edge);
    const wabaId = route?.wabaId ?? defaultWabaId;
    const spent = policies.meter.count(wabaId, route?.budget ?? 'management', call.atMs);
    const carryOut = async (): Promise<TimedReply> => {
      const refusal = this.refusalOf(call, route) ?? spent;
      return this.timed(refusal ? await this.refuse(call, refusal) : await (route as FoundRoute).answer(call));
    };
    const fault = policies.callFault(call);
    const answer = fault ? await this.spoil(fault, carryOut) : await carryOut();
    return { ...answer, headers: policies.meter.headers(wabaId, call.atMs) };
  }

  /** A call that a fault strikes: carried out or not, its answer is what the fault makes of it. */
  private async spoil(fault: CallFault, carryOut: () => Promise<TimedReply>): Promise<TimedReply> {
    const good = isCarriedOut(fault) ? await carryOut() : undefined;
    const delayMs = (good?.delayMs ?? this.parts.latencyMs) + (fault.delay_ms ?? 0);
    return { reply: spoiled(fault, good?.reply), delayMs };
  }

  private refusalOf(call: GraphCall, route: FoundRoute | undefined): GraphRefusal | undefined {
    const bad = route?.isOpen
      ? undefined
      : this.parts.policies.judgeAccess(call.token, wantedBy(call, route), call.atMs);
    return bad ?? (route ? undefined : unknownObject(call.request.method, call.id));
  }

  private async refuse(call: GraphCall, refusal: GraphRefusal): Promise<Reply> {
    await this.parts.registry.witnessOf(call.request.method, call.edge)?.(call, refusal);
    return refused(refusal);
  }

  private timed(answer: RouteAnswer): TimedReply {
    return 'reply' in answer ? answer : { reply: answer, delayMs: this.parts.latencyMs };
  }
}

const wantedBy = ({ request, id, edge }: GraphCall, route: FoundRoute | undefined): WantedAccess => ({
  method: request.method,
  id,
  edge,
  wabaId: route?.wabaId,
  budget: route?.budget ?? 'management',
});

/** A refusal as a reply. */
export const refused = ({ status, body }: GraphRefusal): Reply => json(body, status);
