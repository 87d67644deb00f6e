import { ACCOUNT_SAMPLES } from './account-samples.js';
import { MESSAGE_SAMPLES } from './message-samples.js';
import { PEOPLE_SAMPLES } from './people-samples.js';
import type { Samples } from './subject.js';
import { TEMPLATE_SAMPLES } from './template-samples.js';

/** Every webhook field of Meta's catalogue (cloud-api.md §4.4) with well-formed values of our own making. */
export const SAMPLES: Readonly<Record<string, Samples>> = {
  messages: MESSAGE_SAMPLES,
  ...TEMPLATE_SAMPLES,
  ...ACCOUNT_SAMPLES,
  ...PEOPLE_SAMPLES,
};
