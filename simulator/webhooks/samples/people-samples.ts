import { aboutNumber, type Sample, type Samples, type Subject } from './subject.js';

const GROUP = 'Y2FwaV9ncm91cDoxODA1NTU1MDE3MjoxMjAzNjMyMjI3NzE5NjMwNjcZD';
const contact = ({ user }: Subject) => ({ profile: { name: 'Sheena Nelson' }, wa_id: user });

const preference =
  (value: 'stop' | 'resume' | 'signup', detail: string): Sample =>
  (subject) => ({
    ...aboutNumber(subject),
    contacts: [contact(subject)],
    user_preferences: [
      {
        wa_id: subject.user,
        user_id: subject.userId,
        detail,
        category: 'marketing_messages',
        value,
        ...(value === 'signup' ? { signup_id: '774485461512159' } : {}),
        timestamp: subject.seconds,
      },
    ],
  });

const group =
  (type: string, more: (subject: Subject) => object = () => ({})): Sample =>
  (subject) => ({
    ...aboutNumber(subject),
    groups: [{ timestamp: String(subject.seconds), group_id: GROUP, type, ...more(subject) }],
  });

const REQUEST = '784D93D0C468593037EA0B1ECA245D9C';
const conversion =
  (name: string, more: object = {}): Sample =>
  (subject) => ({
    ...aboutNumber(subject),
    automatic_events: [
      {
        id: subject.wamid,
        event_name: name,
        timestamp: subject.seconds,
        ctwa_clid: 'Afc3nYt4TTydumlFFsatFz8b',
        ...more,
      },
    ],
  });

const call =
  (event: string, more: object = {}): Sample =>
  (subject) => ({
    ...aboutNumber(subject),
    calls: [
      {
        id: `wacid.${subject.wamid.slice(6)}`,
        from: subject.user,
        to: subject.digits,
        event,
        timestamp: String(subject.seconds),
        direction: 'USER_INITIATED',
        ...more,
      },
    ],
  });

/** Fields about people, groups, calls, flows and shared numbers (cloud-api.md §4.4). */
export const PEOPLE_SAMPLES: Readonly<Record<string, Samples>> = {
  user_preferences: {
    stop: preference('stop', 'User requested to stop marketing messages'),
    resume: preference('resume', 'User requested to resume marketing messages'),
    signup: preference('signup', 'User signed up for marketing messages'),
  },
  user_id_update: {
    changed: (subject) => ({
      ...aboutNumber(subject),
      contacts: [contact(subject)],
      user_id_update: [
        {
          wa_id: subject.user,
          detail: 'User id for Sheena Nelson has been updated.',
          user_id: { previous: subject.userId, current: 'US.29847561203948576612' },
          timestamp: String(subject.seconds),
        },
      ],
    }),
  },
  automatic_events: {
    lead: conversion('LeadSubmitted'),
    purchase: conversion('Purchase', { custom_data: { currency: 'USD', value: 25_000 } }),
  },
  smb_message_echoes: {
    text: (subject) => ({
      ...aboutNumber(subject),
      message_echoes: [
        {
          from: subject.digits,
          to: subject.user,
          id: subject.wamid,
          timestamp: String(subject.seconds),
          type: 'text',
          text: { body: "Here's the info you requested!" },
        },
      ],
    }),
  },
  smb_app_state_sync: {
    contact_added: (subject) => ({
      ...aboutNumber(subject),
      state_sync: [
        {
          type: 'contact',
          contact: { full_name: 'Pablo Morales', first_name: 'Pablo', phone_number: subject.user },
          action: 'add',
          metadata: { timestamp: String(subject.seconds) },
        },
      ],
    }),
  },
  history: {
    threads: (subject) => ({
      ...aboutNumber(subject),
      history: [
        {
          metadata: { phase: 0, chunk_order: 1, progress: 55 },
          threads: [
            {
              id: subject.user,
              messages: [
                {
                  from: subject.user,
                  id: subject.wamid,
                  timestamp: subject.seconds,
                  type: 'text',
                  text: { body: 'Hello' },
                  history_context: { status: 'READ' },
                },
              ],
            },
          ],
        },
      ],
    }),
    declined: (subject) => ({
      ...aboutNumber(subject),
      history: [
        {
          errors: [
            {
              code: 2593109,
              title: 'History sync is turned off by the business from the WhatsApp Business App',
              message: 'History sync is turned off by the business from the WhatsApp Business App',
              error_data: { details: 'History sharing is turned off by the business' },
            },
          ],
        },
      ],
    }),
  },
  calls: {
    connect: call('connect', { session: { sdp_type: 'offer', sdp: 'v=0' } }),
    terminate: call('terminate', { status: 'COMPLETED', duration: 42 }),
  },
  flows: {
    status_change: () => ({
      event: 'FLOW_STATUS_CHANGE',
      message: 'Flow sign_up has been changed from DRAFT to PUBLISHED status',
      flow_id: '6627390910605886',
      old_status: 'DRAFT',
      new_status: 'PUBLISHED',
    }),
    endpoint_availability: () => ({
      event: 'ENDPOINT_AVAILABILITY',
      message: 'The flow endpoint availability has breached the 90% threshold in the last 10 minutes.',
      flow_id: '6627390910605886',
      alert_state: 'ACTIVATED',
      availability: 75,
      threshold: 90,
    }),
  },
  group_lifecycle_update: {
    create: group('group_create', () => ({
      request_id: REQUEST,
      subject: 'Succulents',
      description: 'All about them',
    })),
    delete: group('group_delete', () => ({ request_id: REQUEST })),
  },
  group_participants_update: {
    add: group('group_participants_add', ({ user }) => ({ added_participants: [{ input: user, wa_id: user }] })),
    remove: group('group_participants_remove', ({ user }) => ({
      removed_participants: [{ input: user, wa_id: user }],
    })),
  },
  group_settings_update: {
    subject: group('group_settings_update', () => ({
      request_id: REQUEST,
      group_subject: { text: 'Succulents', update_successful: true },
    })),
  },
  group_status_update: { suspend: group('group_suspend'), suspend_cleared: group('group_suspend_cleared') },
  messaging_handovers: {
    passed: (subject) => ({
      ...aboutNumber(subject),
      recipient: { id: subject.phoneNumberId },
      sender: { id: subject.user },
      timestamp: String(subject.seconds),
      pass_thread_control: {
        new_owner_app_id: '634974688087057',
        previous_owner_app_id: '123456789',
        metadata: 'live',
      },
    }),
  },
  standby: {
    text: (subject) => ({
      ...aboutNumber(subject),
      contacts: [contact(subject)],
      messages: [
        {
          from: subject.user,
          id: subject.wamid,
          timestamp: String(subject.seconds),
          type: 'text',
          text: { body: 'Hello' },
        },
      ],
    }),
  },
};
