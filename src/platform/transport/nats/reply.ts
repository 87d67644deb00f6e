import { headers, type Msg, type MsgHdrs } from '@nats-io/transport-node';
import { GatewayError, toProblem } from '../../../core/gateway-error.js';

/** Answers with JSON; nothing is told as the object without fields that it is in the protos. A body that the server will not carry is told as an error. */
export function respond(message: Msg, value: unknown): GatewayError | null {
  try {
    message.respond(JSON.stringify(value ?? {}));
    return null;
  } catch (cause) {
    const detail = 'The answer is larger than this NATS server carries; ask for less, such as a smaller page_size.';
    const error = new GatewayError('payload_too_large', detail, { cause });
    respondError(message, error);
    return error;
  }
}

/**
 * Answers with an error: the problem document as the body, and its status and sentence in the headers that clients of
 * NATS services look at (ADR-32).
 */
export function respondError(message: Msg, error: GatewayError): void {
  message.respond(JSON.stringify(toProblem(error)), { headers: errorHeaders(error) });
}

function errorHeaders(error: GatewayError): MsgHdrs {
  const h = headers();
  h.set('Content-Type', 'application/problem+json');
  h.set('Nats-Service-Error', headerText(error.detail));
  h.set('Nats-Service-Error-Code', String(error.row.http));
  return h;
}

/** A header is one line, and long ones help nobody: the body has it all. */
function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, '?').slice(0, 300);
}
