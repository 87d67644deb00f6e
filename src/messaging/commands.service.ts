import { Injectable } from '@nestjs/common';
import { AccountsService } from '../accounts/accounts.service.js';
import { readCommandSubject } from '../contracts/subjects.js';
import { GatewayError } from '../core/gateway-error.js';
import { Authenticator, authenticateFor, type Tenant, tenantOf } from '../platform/auth/principal.js';
import { parseIdempotencyKey } from '../platform/http/idempotency-key.js';
import { GatewayValidationPipe } from '../platform/http/validation.pipe.js';
import type { WireCall } from '../platform/transport/wire-call.js';
import { SendMessageDto } from './messaging.dto.js';
import { MessagingService } from './messaging.service.js';

/** A command as it came. */
export interface Command {
  readonly subject: string;
  readonly call: WireCall;
  /** Reads the body. Throws `invalid_request`. */
  readonly read: () => object;
  /** Names this command among all: its key when its sender gave none, so that a redelivery is no second message. */
  readonly ownKey: string;
}

/** Carries out commands that nobody waits for: the rules, keys and scopes are those of every wire. */
@Injectable()
export class CommandsService {
  private readonly rules = new GatewayValidationPipe();

  constructor(
    private readonly messaging: MessagingService,
    private readonly accounts: AccountsService,
    private readonly authenticator: Authenticator,
  ) {}

  /**
   * Carries a command out; what it asks for is durable when this resolves. Rejects as the same call on another wire
   * would, and with `not_found` when there is no such command.
   */
  async carryOut({ subject, call, read, ownKey }: Command): Promise<void> {
    const { businessId, command } = readCommandSubject(subject);
    if (command !== 'messages.send') {
      throw new GatewayError('not_found', 'There is no such command; messages.send is one.');
    }
    const tenant = tenantOf(await authenticateFor(this.authenticator, call.authorization, 'messages:write'));
    this.requireOwn(tenant, businessId);
    const key = parseIdempotencyKey(call.idempotencyKey, call.idempotencyKeyName);
    const dto = (await this.rules.transform(read(), { type: 'body', metatype: SendMessageDto })) as SendMessageDto;
    if (dto.validate_only === true) throw unanswered();
    await this.messaging.acceptOne(tenant, dto, key ?? ownKey);
  }

  /** The right to a subject is a matter of NATS; what a command may do is a matter of its key. */
  private requireOwn(tenant: Tenant, businessId: string): void {
    const own = this.accounts.businessId(tenant.portfolioId);
    // The key was read from the database, the portfolio is from memory, which is a few seconds behind.
    if (own === undefined) throw new GatewayError('unavailable', 'The portfolio of this key is not known here yet.');
    if (own === businessId) return;
    throw new GatewayError('forbidden', 'The API key is not of the portfolio that the subject names.');
  }
}

function unanswered(): GatewayError {
  const detail = 'validate_only must be left out: a command has no answer; wa.rpc.v1.messaging.send has one';
  return new GatewayError('invalid_request', detail, { errors: [{ pointer: '/validate_only', detail }] });
}
