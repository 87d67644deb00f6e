import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { AccountsService } from '../accounts/accounts.service.js';
import { DROP_IN, writeAnsweredId } from '../core/cloud-api/answered-id.js';
import {
  endedUnsent,
  type GraphErrorAnswer,
  repeatGraphError,
  toGraphError,
  unknownObject,
  unknownPath,
} from '../core/cloud-api/graph-error-body.js';
import { type CloudApiRequest, readCloudApiRequest } from '../core/cloud-api/read-request.js';
import { type FieldError, GatewayError } from '../core/gateway-error.js';
import { type AnswerRow, AnswersService } from '../messaging/answers.service.js';
import { SendMessageDto } from '../messaging/messaging.dto.js';
import { MessagingService } from '../messaging/messaging.service.js';
import { ReadReceiptsService } from '../messaging/read-receipts.service.js';
import type { Tenant } from '../platform/auth/principal.js';
import { GatewayValidationPipe } from '../platform/http/validation.pipe.js';
import { Runtime } from '../platform/runtime.js';
import { toGatewayError } from '../platform/transport/to-gateway-error.js';
import { newTraceId } from './trace-id.js';

/** An answer as the Graph API gives it. */
export interface GraphAnswer {
  readonly status: number;
  readonly body: unknown;
}

type SendRequest = Extract<CloudApiRequest, { kind: 'send' }>;
type ReadRequest = Extract<CloudApiRequest, { kind: 'read' }>;

/** Speaks the Cloud API to clients that were written for it, and hands what they send to messaging. */
@Injectable()
export class DropInService {
  /** The very rules of `POST /v1/messages`. */
  private readonly rules = new GatewayValidationPipe();
  private readonly answers: Counter<'result'>;

  constructor(
    private readonly messaging: MessagingService,
    private readonly answering: AnswersService,
    private readonly accounts: AccountsService,
    private readonly receipts: ReadReceiptsService,
    private readonly runtime: Runtime,
  ) {
    this.answers = runtime.metrics.counter(
      'heliograph_drop_in_answers_total',
      "Calls on the Cloud API's own paths, by how they were answered.",
      ['result'],
    );
  }

  /**
   * `POST /{phone_number_id}/messages`: has a message taken on and answers as Meta does, with its wamid when that
   * comes in time, else with an id of ours that events and lists know it by. A read receipt goes straight to Meta, and
   * is noted with the message that it is for.
   */
  async postMessages(
    tenant: Tenant,
    phoneNumberId: string,
    body: unknown,
    idempotencyKey: string | null,
  ): Promise<GraphAnswer> {
    if (this.accounts.phoneNumber(phoneNumberId)?.portfolioId !== tenant.portfolioId) {
      return this.refused(unknownObject('POST', phoneNumberId, newTraceId()));
    }
    const request = readCloudApiRequest(phoneNumberId, body);
    return request.kind === 'read'
      ? this.passOn(tenant, phoneNumberId, request)
      : this.send(tenant, request, idempotencyKey);
  }

  /** What was thrown on the way, as Graph says it; `body` is the caller's. */
  failure(thrown: unknown, body: unknown): GraphErrorAnswer {
    const error = toGatewayError(thrown);
    if (error.code === 'internal') this.runtime.logger.error({ err: thrown }, 'a request failed');
    return this.refused(toGraphError(renamed(error), body, newTraceId()));
  }

  /** The answer to a path that the drop-in does not have. */
  unknownPath(path: string): GraphErrorAnswer {
    return this.refused(unknownPath(path, newTraceId()));
  }

  private async send(tenant: Tenant, request: SendRequest, idempotencyKey: string | null): Promise<GraphAnswer> {
    const dto = (await this.rules.transform(
      { ...request.message, metadata: DROP_IN },
      { type: 'body', metatype: SendMessageDto },
    )) as SendMessageDto;
    await this.resolveQuoted(tenant, dto);
    const { id } = await this.messaging.acceptOne(tenant, dto, idempotencyKey);
    if (id === undefined) throw new Error('a Cloud API client cannot ask to validate only');
    const answer = await this.answering.answerTo(id, this.runtime.config.dropInWaitMs);
    if (answer?.state === 'rejected' && answer.error !== null) {
      return this.refused(repeatGraphError(answer.error, answer.http_status, newTraceId()));
    }
    if (answer !== null && answer.state !== 'submitted') return this.refused(endedUnsent(answer.state, newTraceId()));
    this.answers.inc({ result: answer === null ? 'accepted' : 'submitted' });
    return { status: 200, body: accepted(dto, request.input, id, answer) };
  }

  /** An id that we made up means nothing to Meta: a reply to it needs the message's own. */
  private async resolveQuoted(tenant: Tenant, dto: SendMessageDto): Promise<void> {
    if (dto.context === undefined || dto.context === null) return;
    const wamid = await this.messaging.wamidOf(tenant, dto.context.message_id);
    if (wamid === null) {
      const detail = 'message_id must be of a message that Meta has taken; this one has no wamid yet';
      throw new GatewayError('invalid_request', detail, { errors: [{ pointer: '/context/message_id', detail }] });
    }
    dto.context.message_id = wamid;
  }

  private async passOn(tenant: Tenant, phoneNumberId: string, { receipt }: ReadRequest): Promise<GraphAnswer> {
    const wamid = await this.messaging.wamidOf(tenant, receipt.message_id);
    const named = { ...receipt, message_id: wamid ?? receipt.message_id };
    const result = await this.receipts.passOn(tenant, phoneNumberId, named);
    if (result.kind === 'failure' || result.body === undefined) {
      throw new GatewayError('unavailable', 'The Graph API did not answer; try again.', { retryAfterMs: 1000 });
    }
    this.answers.inc({ result: 'passed_on' });
    return { status: result.httpStatus, body: result.body };
  }

  private refused(answer: GraphErrorAnswer): GraphErrorAnswer {
    this.answers.inc({ result: 'refused' });
    return answer;
  }
}

/** Meta's answer to a send. Templates say how far they are; other kinds did not use to, and clients take both. */
function accepted(dto: SendMessageDto, input: string, id: string, answer: AnswerRow | null): object {
  const contact =
    dto.to === undefined ? { input, user_id: input } : { input, wa_id: answer?.wa_id ?? dto.to.replace(/\D/g, '') };
  const status = answer?.held === true ? 'held_for_quality_assessment' : 'accepted';
  return {
    messaging_product: 'whatsapp',
    contacts: [contact],
    messages: [
      { id: answer?.wamid ?? writeAnsweredId(id), ...(dto.type === 'template' ? { message_status: status } : {}) },
    ],
  };
}

/** Fields are named as the caller wrote them. */
function renamed(error: GatewayError): GatewayError {
  const errors = error.errors.map(
    (e): FieldError =>
      e.pointer === '/callback_data'
        ? {
            pointer: '/biz_opaque_callback_data',
            detail: e.detail.replace('callback_data', 'biz_opaque_callback_data'),
          }
        : e,
  );
  return new GatewayError(error.code, error.detail, { errors, cause: error.cause });
}
