/** Stream of events on the bus. */
export const EVENT_STREAM = 'WA_EVT';

/** Every event's subject matches this. */
export const EVENT_SUBJECTS = 'wa.evt.v1.>';

/**
 * Subject of an event: `wa.evt.v1.<portfolio>.<aggregate>.<event>.<id>`. The portfolio is Meta's business id, so that
 * a tenant's permission on the bus is one subject prefix.
 */
export function eventSubject(p: { businessId: string; aggregate: string; type: string; id: string }): string {
  return ['wa.evt.v1', p.businessId, p.aggregate, p.type, p.id].join('.');
}
