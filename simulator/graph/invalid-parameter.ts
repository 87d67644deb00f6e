import { fbtraceId, type GraphRefusal } from './graph-error.js';

/** What a management endpoint refuses a request for. */
export interface InvalidParameter {
  /** The member at fault, for `error_data.blame_field_specs`. */
  readonly field?: string;
  /** What is wrong, naming the member and the rule. */
  readonly rule: string;
  readonly subcode?: number;
  /** Localised in reality; clients must not match it. */
  readonly title?: string;
}

/**
 * Code 100 as management endpoints say it: unlike sends they carry `error_user_title`, `error_user_msg` and
 * `blame_field_specs` instead of `details` (cloud-api.md §5).
 */
export function invalidParameter({ field, rule, subcode, title }: InvalidParameter): GraphRefusal {
  const error = {
    message: subcode ? 'Invalid parameter' : `(#100) ${rule}`,
    type: 'OAuthException',
    code: 100,
    ...(field === undefined ? {} : { error_data: { blame_field_specs: [[field]] } }),
    ...(subcode ? { error_subcode: subcode } : {}),
    is_transient: false,
    error_user_title: title ?? 'Invalid parameter',
    error_user_msg: rule,
    fbtrace_id: fbtraceId(),
  };
  return { status: 400, code: 100, body: { error } };
}
