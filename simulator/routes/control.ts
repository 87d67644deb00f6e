import { Checker, InputError } from '../check.js';
import { type Clock, toSeconds } from '../clock.js';
import { digitsOf } from '../faults.js';
import type { ReceivedRequest } from '../http-server.js';
import type { Ledger } from '../ledger.js';
import { json, type Reply } from '../reply.js';
import { DEFAULTS, isCoexistence, type PhoneNumber, type PlatformState } from '../state.js';
import { newWamid } from '../wamid.js';
import type { WebhookSender } from '../webhook-sender.js';

/** What the control routes steer. */
export interface ControlParts {
  readonly clock: Clock;
  readonly state: PlatformState;
  readonly ledger: Ledger;
  readonly webhooks: WebhookSender;
  readonly stats: () => unknown;
  readonly setFaults: (faults: unknown) => void;
  readonly setCallback: (url: string | undefined) => void;
  readonly reset: () => Promise<void>;
  /** Resolves with whether nothing was pending any more within the time. */
  readonly whenIdle: (timeoutMs: number) => Promise<boolean>;
}

const IDLE_WITHIN_MS = 30_000;
const LONGEST_IDLE_MS = 600_000;

/** The simulator's own API below `/_simulator/`: what a test needs to steer and read it. No token is asked for. */
export class ControlRoutes {
  constructor(private readonly parts: ControlParts) {}

  async answer(request: ReceivedRequest): Promise<Reply> {
    try {
      return (await this.route(request)) ?? json({ error: `no ${request.method} ${request.path}` }, 404);
    } catch (error) {
      if (error instanceof InputError) return json({ error: error.message, problems: error.problems }, 400);
      throw error;
    }
  }

  private async route(request: ReceivedRequest): Promise<Reply | undefined> {
    const { parts } = this;
    const number = /^POST \/_simulator\/phone_numbers\/(\d+)$/.exec(`${request.method} ${request.path}`)?.[1];
    if (number !== undefined) return this.changeNumber(number, bodyOf(request));
    switch (`${request.method} ${request.path}`) {
      case 'GET /_simulator/ledger':
        return { kind: 'stream', contentType: 'application/x-ndjson', from: await parts.ledger.stream() };
      case 'GET /_simulator/stats':
        return json(parts.stats());
      case 'GET /_simulator/idle':
        return this.idle(request.query);
      case 'POST /_simulator/faults':
        parts.setFaults(bodyOf(request));
        return DONE;
      case 'POST /_simulator/callback':
        return this.changeCallback(bodyOf(request));
      case 'POST /_simulator/inbound':
        return this.inbound(bodyOf(request));
      case 'POST /_simulator/reset':
        await parts.reset();
        return DONE;
      case 'POST /_simulator/webhooks/pause':
        parts.webhooks.pause();
        return DONE;
      case 'POST /_simulator/webhooks/resume':
        parts.webhooks.resume();
        return DONE;
      default:
        return undefined;
    }
  }

  private async idle(query: URLSearchParams): Promise<Reply> {
    const check = new Checker();
    const given = query.get('timeout_ms');
    const timeoutMs = check.number(given === null ? undefined : Number(given), 'timeout_ms', [0, LONGEST_IDLE_MS]);
    check.done();
    const idle = await this.parts.whenIdle(timeoutMs ?? IDLE_WITHIN_MS);
    return json({ idle, pending: this.parts.webhooks.pending }, idle ? 200 : 408);
  }

  private changeCallback(body: unknown): Reply {
    const check = new Checker();
    const { url } = check.object(body, 'body', ['url']);
    if (url !== null && !(typeof url === 'string' && /^https?:/.test(url) && URL.canParse(url))) {
      check.fail('url', 'must be an http(s) URL, or null for none');
    }
    check.done();
    this.parts.setCallback((url as string | null) ?? undefined);
    return DONE;
  }

  /** A user writes: counts in the number's throughput and goes out as a webhook at once. */
  private inbound(body: unknown): Reply {
    const check = new Checker();
    const fields = check.object(body, 'body', ['from', 'phone_number_id', 'text', 'name']);
    const from = digitsOf(check.string(fields.from, 'from') ?? '');
    if (from === '') check.fail('from', 'must be a phone number');
    const text = check.string(fields.text, 'text');
    if (text === undefined) check.fail('text', 'is required');
    const name = check.string(fields.name, 'name') ?? 'Pablo Morales';
    const id = check.string(fields.phone_number_id, 'phone_number_id') ?? DEFAULTS.phoneNumberId;
    const number = this.numberOr(check, id);
    check.done();
    const atMs = this.parts.clock();
    number?.throughput.addInbound(atMs);
    const wamid = newWamid(from);
    const message = { from, id: wamid, timestamp: String(toSeconds(atMs)), type: 'text', text: { body: text } };
    const contact = { profile: { name }, wa_id: from };
    const wabaId = number?.wabaId ?? '';
    this.parts.webhooks.schedule({ wabaId, field: 'messages', number, list: 'messages', body: message, contact }, 0);
    return json({ wamid });
  }

  private changeNumber(id: string, body: unknown): Reply {
    const check = new Checker();
    const fields = check.object(body, 'body', ['mps', 'quality_rating', 'silent', 'is_on_biz_app']);
    const mps = check.number(fields.mps, 'mps', [1, 100_000]);
    const qualityRating = check.string(fields.quality_rating, 'quality_rating');
    const isSilent = check.boolean(fields.silent, 'silent') ?? false;
    const isOnBizApp = check.boolean(fields.is_on_biz_app, 'is_on_biz_app');
    const number = this.numberOr(check, id);
    check.done();
    if (!number) return json({ error: `no phone number ${id}` }, 404);
    if (qualityRating !== undefined) number.qualityRating = qualityRating;
    if (mps !== undefined) {
      number.mps = mps;
      number.isOnBizApp = isCoexistence(mps);
      if (!isSilent) this.announceThroughput(number);
    }
    if (isOnBizApp !== undefined) number.isOnBizApp = isOnBizApp;
    return DONE;
  }

  private announceThroughput(number: PhoneNumber): void {
    const value = {
      display_phone_number: number.digits,
      event: 'THROUGHPUT_UPGRADE',
      max_daily_conversations_per_business: 'TIER_UNLIMITED',
    };
    const timeSeconds = toSeconds(this.parts.clock());
    const update = { wabaId: number.wabaId, field: 'phone_number_quality_update', body: value, timeSeconds };
    this.parts.webhooks.schedule(update, 0);
  }

  private numberOr(check: Checker, id: string): PhoneNumber | undefined {
    const number = this.parts.state.numbers.get(id);
    if (!number) check.fail('phone_number_id', `${id} does not exist`);
    return number;
  }
}

const DONE: Reply = json({ success: true });

function bodyOf({ body }: ReceivedRequest): unknown {
  if (body === '') return {};
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new InputError([`body: ${(error as Error).message}`]);
  }
}
