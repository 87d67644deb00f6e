import type { Clock } from '../clock.js';
import { type GraphRefusal, graphRefusal, unknownObject } from '../graph-error.js';
import type { ReceivedRequest } from '../http-server.js';
import { json, type Reply } from '../reply.js';
import type { SendDesk, TimedReply } from '../send-desk.js';
import { isReadReceipt, readReceiptRefusal } from '../send-request.js';
import { DEFAULTS, type PhoneNumber, type PlatformState, type Waba } from '../state.js';
import { readNode } from './fields.js';
import { PHONE_FIELDS, WABA_FIELDS } from './nodes.js';
import { phoneNumbersPage } from './phone-numbers.js';

/** What Graph's routes work with. */
export interface GraphParts {
  readonly clock: Clock;
  readonly state: PlatformState;
  readonly desk: SendDesk;
  readonly latencyMs: number;
  /** The only good token; undefined: any. */
  readonly accessToken?: string;
}

/** An answer with the account whose budget the call counts against. */
export interface GraphAnswer extends TimedReply {
  readonly wabaId: string;
  readonly kind: 'management' | 'messaging';
}

/** Answers everything below `/{version}/`. What is not modelled gets Graph's own error, never a bare 404. */
export class GraphRoutes {
  constructor(private readonly parts: GraphParts) {}

  async answer(request: ReceivedRequest): Promise<GraphAnswer> {
    const [version = '', id = '', edge = '', ...rest] = request.path.slice(1).split('/');
    const { state } = this.parts;
    const number = state.numbers.get(id);
    const wabaId = number?.wabaId ?? (state.wabas.has(id) ? id : DEFAULTS.wabaId);
    const isSend = request.method === 'POST' && edge === 'messages' && rest.length === 0 && isVersion(version);
    if (isSend) return { ...(await this.messages(request, id, number)), wabaId, kind: 'messaging' };
    const refusal = isVersion(version) ? this.tokenRefusal(request) : unknownObject(request.method, version);
    const waba = state.wabas.get(id);
    const path = rest.length > 0 ? `${edge}/${rest.join('/')}` : edge;
    const reply = refusal
      ? refused(refusal)
      : ((number && this.phoneNode(request, number, path)) ?? (waba && this.wabaNode(request, waba, path)));
    return {
      reply: reply ?? refused(unknownObject(request.method, id)),
      delayMs: this.parts.latencyMs,
      wabaId,
      kind: 'management',
    };
  }

  private async messages(request: ReceivedRequest, id: string, number: PhoneNumber | undefined): Promise<TimedReply> {
    const body = parsed(request.body);
    const { desk, clock, latencyMs } = this.parts;
    const refusal = this.tokenRefusal(request) ?? (number ? undefined : unknownObject('POST', id));
    if (isReadReceipt(body)) {
      const problem = refusal ?? readReceiptRefusal(body);
      return { reply: problem ? refused(problem) : json({ success: true }), delayMs: latencyMs };
    }
    if (refusal || !number) return desk.refuse(clock(), id, body, refusal ?? unknownObject('POST', id));
    return desk.take(number, body);
  }

  private phoneNode({ method, query }: ReceivedRequest, number: PhoneNumber, edge: string): Reply | undefined {
    if (method !== 'GET' || edge !== '') return undefined;
    return readNode(number, PHONE_FIELDS, query.get('fields'));
  }

  private wabaNode(request: ReceivedRequest, waba: Waba, edge: string): Reply | undefined {
    const { method, query } = request;
    switch (`${method} ${edge}`) {
      case 'GET ':
        return readNode(waba, WABA_FIELDS, query.get('fields'));
      case 'GET phone_numbers':
        return phoneNumbersPage(this.parts.state.numbersOf(waba.id), request);
      case 'GET subscribed_apps':
        return json({ data: waba.subscribed ? [SUBSCRIBED_APP] : [] });
      case 'POST subscribed_apps':
      case 'DELETE subscribed_apps':
        waba.subscribed = method === 'POST';
        return json({ success: true });
      default:
        return undefined;
    }
  }

  private tokenRefusal({ headers, query }: ReceivedRequest): GraphRefusal | undefined {
    const token = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? query.get('access_token');
    const isGood = this.parts.accessToken === undefined ? Boolean(token) : token === this.parts.accessToken;
    return isGood ? undefined : graphRefusal(190);
  }
}

const SUBSCRIBED_APP = {
  whatsapp_business_api_data: {
    id: DEFAULTS.appId,
    link: 'https://www.facebook.com/games/?app_id=634974688087057',
    name: DEFAULTS.businessName,
  },
};

const isVersion = (text: string): boolean => /^v\d+\.\d+$/.test(text);
const refused = ({ status, body }: GraphRefusal): Reply => json(body, status);

/** The body as JSON; as text when it is not. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
