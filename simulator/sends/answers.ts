import { graphRefusal } from '../graph/graph-error.js';
import { json, type Reply } from '../http/reply.js';
import type { FaultName } from './faults.js';
import type { Attempt } from './send-rules.js';

/** What Meta does with an accepted message; told of templates (cloud-api.md §1.2). */
export type MessageStatus = 'accepted' | 'held_for_quality_assessment';

/** The answer to an accepted send. */
export function successBody({ api, message }: Attempt, wamid: string, status: MessageStatus): unknown {
  const { input, waId, userId, groupId, kind } = message;
  const who = userId === undefined ? { wa_id: waId ?? groupId } : { user_id: userId };
  return {
    messaging_product: 'whatsapp',
    contacts: [{ input, ...who }],
    messages: [
      {
        id: wamid,
        ...(groupId === undefined ? {} : { group_id: groupId }),
        ...(kind === 'template' ? { message_status: status } : {}),
      },
    ],
    ...(api === 'marketing_messages' ? { success: true } : {}),
  };
}

/** What the client gets to see of a fault; `detail` chooses among the faces of a broken server. */
export function faultReply(fault: Exclude<FaultName, 'throttle'>, good: unknown, detail: number): Reply {
  switch (fault) {
    case 'slow':
      return json(good);
    case 'truncated':
      return { kind: 'truncated', body: good };
    case 'lost_response':
      return { kind: 'destroy', reset: false };
    case 'reset_before':
      return { kind: 'destroy', reset: true };
    case 'hang':
      return { kind: 'hang' };
    case 'garbage':
      return {
        kind: 'raw',
        status: 200,
        contentType: 'text/html; charset=utf-8',
        text: '<html><body>OK</body></html>',
      };
    case 'server_error':
    case 'server_error_after':
      return detail < 0.5
        ? json(graphRefusal(2).body, 500)
        : { kind: 'raw', status: 502, contentType: 'text/html', text: '<html><h1>502 Bad Gateway</h1></html>' };
  }
}
