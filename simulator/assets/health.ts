/** How well a node can send, from bad to good. */
export const SENDABILITIES = ['BLOCKED', 'LIMITED', 'AVAILABLE'] as const;

/** A problem that `health_status` tells of. */
export interface HealthProblem {
  readonly error_code: number;
  readonly error_description: string;
  readonly possible_solution: string;
}

/** The health of one node, set by the control API: like Meta's it may say AVAILABLE whatever is going on (§0.1 #7). */
export interface CanSend {
  readonly can: (typeof SENDABILITIES)[number];
  readonly errors?: readonly HealthProblem[];
  readonly additionalInfo?: readonly string[];
}

/** A node that takes part in a health status. */
export interface HealthEntity extends CanSend {
  readonly type: 'APP' | 'BUSINESS' | 'MESSAGE_TEMPLATE' | 'PHONE_NUMBER' | 'WABA';
  readonly id: string;
}

/** `health_status` of the first entity and all it depends on; the worst of them decides (cloud-api.md §8). */
export function healthStatus(entities: readonly HealthEntity[]): unknown {
  const worst = SENDABILITIES.find((word) => entities.some(({ can }) => can === word)) ?? 'AVAILABLE';
  return {
    can_send_message: worst,
    entities: entities.map(({ type, id, can, errors, additionalInfo }) => ({
      entity_type: type,
      id,
      can_send_message: can,
      ...(errors ? { errors } : {}),
      ...(additionalInfo ? { additional_info: additionalInfo } : {}),
    })),
  };
}
