import type { Reply } from '../http/reply.js';
import type { GraphCall } from './call.js';
import type { GraphRefusal } from './graph-error.js';

/** The budget that a call counts against (cloud-api.md §6). */
export type Budget = 'management' | 'messaging';

/** An answer and how long after the arrival it goes out, in milliseconds of real time. */
export interface TimedReply {
  readonly reply: Reply;
  readonly delayMs: number;
}

/** What a route gives back: a plain reply goes out after the usual latency. */
export type RouteAnswer = Reply | TimedReply;

/** A kind of object in Graph: how an id is found to be one, and whose account it belongs to. */
export interface NodeType<N> {
  /** As Graph's errors call it. */
  readonly name: string;
  find(id: string): N | undefined;
  /** The account whose budget calls on the node count against. */
  wabaIdOf(node: N): string;
}

/** One operation on a kind of node. */
export interface NodeRoute<N> {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** What follows the id in the path; '' is the node itself. */
  readonly edge: string;
  readonly budget: Budget;
  /** The body is left unread in `call.request.stream`: for uploads, which do not fit into memory. */
  readonly readsStream?: boolean;
  answer(call: GraphCall, node: N): RouteAnswer | Promise<RouteAnswer>;
}

/** An operation on a fixed first segment of the path, such as `debug_token`. */
export interface RootRoute {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly budget: Budget;
  /** No token is asked for. */
  readonly isOpen?: boolean;
  readonly readsStream?: boolean;
  answer(call: GraphCall): RouteAnswer | Promise<RouteAnswer>;
}

/** What is told of calls that are refused before a route sees them (no token, no such object, no budget left). */
export type RefusalWitness = (call: GraphCall, refusal: GraphRefusal) => Promise<void>;

/** A route that fits a call. */
export interface FoundRoute {
  /** Undefined where the path does not begin with a node. */
  readonly wabaId: string | undefined;
  readonly budget: Budget;
  readonly isOpen: boolean;
  readonly readsStream: boolean;
  answer(call: GraphCall): RouteAnswer | Promise<RouteAnswer>;
}

interface RegisteredType {
  readonly type: NodeType<unknown>;
  readonly routes: Map<string, NodeRoute<unknown>>;
}

/**
 * Every endpoint of the platform. Each module puts its own routes here, by the kind of node they are on, so that no
 * list of all endpoints has to be edited. Ids are looked up kind by kind, in the order the kinds came.
 */
export class GraphRegistry {
  private readonly types: RegisteredType[] = [];
  private readonly roots = new Map<string, RootRoute>();
  private readonly witnesses = new Map<string, RefusalWitness>();

  /** Puts routes on a kind of node; several modules may do so for the same kind. */
  on<N>(type: NodeType<N>, routes: readonly NodeRoute<N>[]): void {
    let registered = this.types.find((known) => known.type === (type as NodeType<unknown>));
    if (!registered) {
      registered = { type: type as NodeType<unknown>, routes: new Map() };
      this.types.push(registered);
    }
    for (const route of routes) {
      const key = `${route.method} ${route.edge}`;
      if (registered.routes.has(key)) throw new Error(`${type.name}: the route ${key} is there twice`);
      registered.routes.set(key, route as NodeRoute<unknown>);
    }
  }

  /** Puts operations on a path that is no node; `path` has no version and no slash at its ends. */
  atRoot(path: string, routes: readonly RootRoute[]): void {
    for (const route of routes) {
      const key = `${route.method} ${path}`;
      if (this.roots.has(key)) throw new Error(`the route ${key} is there twice`);
      this.roots.set(key, route);
    }
  }

  /** Whether the id is an object of any kind. */
  knows(id: string): boolean {
    return this.types.some(({ type }) => type.find(id) !== undefined);
  }

  /** Has refused calls of a method and edge told to a witness before they are answered. */
  witnessRefusals(method: string, edge: string, witness: RefusalWitness): void {
    this.witnesses.set(`${method} ${edge}`, witness);
  }

  witnessOf(method: string, edge: string): RefusalWitness | undefined {
    return this.witnesses.get(`${method} ${edge}`);
  }

  /** The route for a method, an id and an edge; undefined when Graph would answer 100/33. */
  find(method: string, id: string, edge: string): FoundRoute | undefined {
    for (const { type, routes } of this.types) {
      const node = type.find(id);
      if (node === undefined) continue;
      const route = routes.get(`${method} ${edge}`);
      if (!route) return undefined;
      return {
        wabaId: type.wabaIdOf(node),
        budget: route.budget,
        isOpen: false,
        readsStream: route.readsStream ?? false,
        answer: (call) => route.answer(call, node),
      };
    }
    return this.findRoot(method, edge === '' ? id : `${id}/${edge}`);
  }

  private findRoot(method: string, path: string): FoundRoute | undefined {
    const root = this.roots.get(`${method} ${path}`);
    if (!root) return undefined;
    return {
      wabaId: undefined,
      budget: root.budget,
      isOpen: root.isOpen ?? false,
      readsStream: root.readsStream ?? false,
      answer: (call) => root.answer(call),
    };
  }
}
