import { describe, expect, it } from '@jest/globals';
import { releaseSignal } from './release-signal.js';
import { STOP_RULES } from './stop.js';

const banned = (waba_ban_state: string) => ({ event: 'DISABLED_UPDATE', ban_info: { waba_ban_state } });
const template = (event: string) => ({ event, message_template_name: 'spring' });

describe('a webhook of Meta’s', () => {
  it('lets an account go on when it is reinstated, and only what had locked it', () => {
    expect(releaseSignal('account_update', banned('REINSTATE'))).toEqual({
      template: null,
      codes: [368, 131031],
      said: 'account_update REINSTATE',
    });
  });

  it.each(['APPROVED', 'REINSTATED', 'UNPAUSED'])('lets a template go on when it says %s', (event) => {
    expect(releaseSignal('message_template_status_update', template(event))).toEqual({
      template: 'spring',
      codes: [132015, 132016],
      said: `message_template_status_update ${event}`,
    });
  });

  it.each<[string, string, object]>([
    ['a ban', 'account_update', banned('DISABLE')],
    ['a ban to come', 'account_update', banned('SCHEDULE_FOR_DISABLE')],
    ['a restriction', 'account_update', { event: 'ACCOUNT_RESTRICTION', restriction_info: [] }],
    ['a pause', 'message_template_status_update', template('PAUSED')],
    ['a flag', 'message_template_status_update', template('FLAGGED')],
    ['a template without a name', 'message_template_status_update', { event: 'APPROVED' }],
    ['another field with the words', 'account_alerts', banned('REINSTATE')],
    ['nothing that can be read', 'account_update', { event: 7, ban_info: 'REINSTATE' }],
  ])('lets nothing go on by %s', (_, field, value) => {
    expect(releaseSignal(field, value as Parameters<typeof releaseSignal>[1])).toBeNull();
  });

  it('releases only what stops until somebody says so', () => {
    const codes = [
      ...(releaseSignal('account_update', banned('REINSTATE'))?.codes ?? []),
      ...(releaseSignal('message_template_status_update', template('APPROVED'))?.codes ?? []),
    ];
    for (const code of codes) expect([code, STOP_RULES[code]?.endsAfterMs]).toEqual([code, null]);
  });
});
