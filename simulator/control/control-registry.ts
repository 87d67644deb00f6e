import type { ReceivedRequest } from '../http/http-server.js';
import { json, type Reply } from '../http/reply.js';
import { InputError } from '../scenario/check.js';

/** One call of the control API. */
export interface ControlCall {
  readonly request: ReceivedRequest;
  /** By the names in the braces of the path. */
  readonly params: Readonly<Record<string, string>>;
  /** The body as JSON, {} when there is none. Throws an InputError when it is something else. */
  readonly body: unknown;
}

/** Answers a call; an InputError that it throws is answered with 400 and every problem named. */
export type ControlHandler = (call: ControlCall) => Reply | Promise<Reply>;

interface ControlRoute {
  readonly pattern: RegExp;
  readonly readsStream: boolean;
  readonly handle: ControlHandler;
}

/** What a call answers that has nothing to say. */
export const DONE: Reply = json({ success: true });

/** The simulator's own API below `/_simulator/`: each module puts its calls here. No token is asked for. */
export class ControlRegistry {
  private readonly routes = new Map<string, ControlRoute>();

  /** Puts a call here: `POST /_simulator/things/{id}`; a name in braces stands for one segment. */
  on(call: string, handle: ControlHandler, { readsStream = false } = {}): void {
    if (this.routes.has(call)) throw new Error(`the control call ${call} is there twice`);
    const pattern = new RegExp(`^${call.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
    this.routes.set(call, { pattern, readsStream, handle });
  }

  /** Whether the body of a request is to be left unread for its handler. */
  readsStream(method: string, path: string): boolean {
    return this.find(method, path)?.route.readsStream ?? false;
  }

  async answer(request: ReceivedRequest): Promise<Reply> {
    const found = this.find(request.method, request.path);
    if (!found) return json({ error: `no ${request.method} ${request.path}`, calls: [...this.routes.keys()] }, 404);
    try {
      const call = {
        request,
        params: found.params,
        get body() {
          return parseBody(request.body);
        },
      };
      return await found.route.handle(call);
    } catch (error) {
      if (error instanceof InputError) return json({ error: error.message, problems: error.problems }, 400);
      throw error;
    }
  }

  private find(method: string, path: string) {
    for (const route of this.routes.values()) {
      const match = route.pattern.exec(`${method} ${path}`);
      if (match) return { route, params: decodeAll(match.groups ?? {}) };
    }
    return undefined;
  }
}

function decodeAll(groups: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, text]) => [name, decode(text)]));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function parseBody(body: string): unknown {
  if (body === '') return {};
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new InputError([`body: ${(error as Error).message}`]);
  }
}
