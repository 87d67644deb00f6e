import type { Attempt } from './send-rules.js';

/** `pricing` of a status, per message since July 2025 (cloud-api.md §1.6, §4.5). */
export interface Pricing {
  readonly billable: boolean;
  readonly pricing_model: 'PMP';
  readonly type: 'regular' | 'free_customer_service';
  readonly category: string;
}

const free = (category: string): Pricing => ({
  billable: false,
  pricing_model: 'PMP',
  type: 'free_customer_service',
  category,
});

/** What a message costs: templates alone, and of those utility ones only outside the customer service window. */
export function priceOf({ api, category }: Pick<Attempt, 'api' | 'category'>, isWindowOpen: boolean): Pricing {
  if (category === undefined) return free('service');
  if (category === 'UTILITY' && isWindowOpen) return free('utility');
  const told = api === 'marketing_messages' ? 'marketing_lite' : category.toLowerCase();
  return { billable: true, pricing_model: 'PMP', type: 'regular', category: told };
}
