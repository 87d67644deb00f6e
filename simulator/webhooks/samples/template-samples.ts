import type { Sample, Samples } from './subject.js';

const TEMPLATE = {
  message_template_id: 1689556908129832,
  message_template_name: 'order_confirmation',
  message_template_language: 'en-US',
};

const event =
  (name: string, more: object = {}): Sample =>
  () => ({ event: name, ...TEMPLATE, reason: 'NONE', message_template_category: 'UTILITY', ...more });

/** Fields about templates (cloud-api.md §4.4). */
export const TEMPLATE_SAMPLES: Readonly<Record<string, Samples>> = {
  message_template_status_update: {
    approved: event('APPROVED'),
    rejected: event('REJECTED', {
      reason: 'INVALID_FORMAT',
      rejection_info: {
        reason: 'The template contains placeholders or variables that are not formatted correctly.',
        recommendation: 'Use variables in the format {{1}}.',
      },
    }),
    paused: event('PAUSED', {
      other_info: { title: 'FIRST_PAUSE', description: 'Paused for 3 hours, as people have blocked or reported it.' },
    }),
    unpaused: event('APPROVED', { other_info: { title: 'UNPAUSE', description: 'The template is active again.' } }),
    disabled: event('DISABLED', { other_info: { title: 'DISABLED' }, disable_info: { disable_date: 1767168400 } }),
    flagged: event('FLAGGED', { disable_info: { disable_date: 1767168400 } }),
    pending_deletion: event('PENDING_DELETION'),
    deleted: event('DELETED'),
    archived: event('ARCHIVED'),
    unarchived: event('UNARCHIVED'),
    in_appeal: event('IN_APPEAL'),
    reinstated: event('REINSTATED'),
    locked: event('LOCKED'),
    limit_exceeded: event('LIMIT_EXCEEDED'),
  },
  message_template_quality_update: {
    yellow: () => ({ previous_quality_score: 'GREEN', new_quality_score: 'YELLOW', ...TEMPLATE }),
    red: () => ({ previous_quality_score: 'YELLOW', new_quality_score: 'RED', ...TEMPLATE }),
    green: () => ({ previous_quality_score: 'UNKNOWN', new_quality_score: 'GREEN', ...TEMPLATE }),
  },
  message_template_components_update: {
    edited: () => ({
      ...TEMPLATE,
      message_template_title: 'Your order is confirmed!',
      message_template_element: 'Thank you for your order, {{1}}! Your order number is {{2}}, and we are on it.',
      message_template_footer: 'Lucky Shrub: the Succulent Specialists!',
      message_template_buttons: [
        {
          message_template_button_type: 'URL',
          message_template_button_text: 'Email support',
          message_template_button_url: 'https://www.luckyshrub.com/support',
        },
      ],
    }),
  },
  template_category_update: {
    completed: () => ({ ...TEMPLATE, previous_category: 'UTILITY', new_category: 'MARKETING' }),
    impending: ({ seconds }) => ({
      ...TEMPLATE,
      new_category: 'UTILITY',
      correct_category: 'MARKETING',
      category_update_timestamp: seconds + 86_400,
    }),
  },
  template_correct_category_detection: {
    detected: () => ({ ...TEMPLATE, category: 'UTILITY', correct_category: 'MARKETING' }),
  },
};
