import { aboutNumber, type Sample, type Samples, type Subject } from './subject.js';

const NAME = 'Sheena Nelson';
const HASH = 'Y9vvGyeo3n76ptkXu3CwDBsnzbRFqpjHskQdMGSVqas=';
const media = (mime: string, more: object = {}) => ({ id: '1002764438271669', mime_type: mime, sha256: HASH, ...more });

const contact = ({ user, userId }: Subject) => ({ profile: { name: NAME }, wa_id: user, user_id: userId });

/** A message of a user, as its number's webhook carries it. */
const inbound =
  (type: string, content: (subject: Subject) => object): Sample =>
  (subject) => ({
    ...aboutNumber(subject),
    contacts: [contact(subject)],
    messages: [
      {
        from: subject.user,
        from_user_id: subject.userId,
        id: subject.wamid,
        timestamp: String(subject.seconds),
        type,
        ...content(subject),
      },
    ],
  });

const repliedTo = ({ digits, wamid }: Subject) => ({ context: { from: digits, id: `${wamid}0` } });

const status =
  (name: string, more: (subject: Subject) => object = () => ({})): Sample =>
  (subject) => ({
    ...aboutNumber(subject),
    statuses: [
      {
        id: subject.wamid,
        status: name,
        timestamp: String(subject.seconds),
        recipient_id: subject.user,
        ...more(subject),
      },
    ],
  });

const PRICE = { pricing: { billable: true, pricing_model: 'PMP', type: 'regular', category: 'marketing' } };
const GROUP = 'Y2FwaV9ncm91cDoxODA1NTU1MDE3MjoxMjAzNjMyMjI3NzE5NjMwNjcZD';

/** Field `messages`: every type of message and status (cloud-api.md §4.5, §4.6). */
export const MESSAGE_SAMPLES: Samples = {
  text: inbound('text', () => ({ text: { body: 'Does it come in another color?' } })),
  text_from_ad: inbound('text', () => ({
    text: { body: 'Tell me more' },
    referral: {
      source_url: 'https://fb.me/3cr4Wqqkv',
      source_id: '120226305854810726',
      source_type: 'ad',
      headline: 'Chat with us',
      body: 'Summer succulents are here!',
      media_type: 'image',
      image_url: 'https://example.com/ad.jpg',
      ctwa_clid: 'Aff-n8ZTODiE79d22KtAwQKj9e_mIEOOj27vDVwFjN80dp4_0NiNhEgpGo0',
      welcome_message: { text: 'Hi there! Let us know how we can help!' },
    },
  })),
  text_about_product: inbound('text', ({ digits, wamid }) => ({
    text: { body: 'Is this still available?' },
    context: {
      from: digits,
      id: `${wamid}0`,
      referred_product: { catalog_id: '194836987003835', product_retailer_id: 'di9ozbzfi4' },
    },
  })),
  image: inbound('image', () => ({ image: media('image/jpeg', { caption: 'Taj Mahal' }) })),
  video: inbound('video', () => ({ video: media('video/mp4') })),
  audio: inbound('audio', () => ({ audio: media('audio/ogg; codecs=opus', { voice: true }) })),
  document: inbound('document', () => ({ document: media('application/pdf', { filename: 'receipt.pdf' }) })),
  sticker: inbound('sticker', () => ({ sticker: media('image/webp', { animated: false }) })),
  location: inbound('location', () => ({
    location: { latitude: 38.9806263495, longitude: -131.9428612257, name: 'Main Street Beach', address: '1 Main St' },
  })),
  contacts: inbound('contacts', ({ user }) => ({
    contacts: [
      {
        name: { formatted_name: 'Barbara Johnson', first_name: 'Barbara', last_name: 'Johnson' },
        phones: [{ phone: `+${user}`, wa_id: user, type: 'MOBILE' }],
      },
    ],
  })),
  reaction: inbound('reaction', ({ wamid }) => ({ reaction: { message_id: `${wamid}0`, emoji: '👍' } })),
  button: inbound('button', (subject) => ({
    ...repliedTo(subject),
    button: { payload: 'Unsubscribe', text: 'Unsubscribe' },
  })),
  button_reply: inbound('interactive', (subject) => ({
    ...repliedTo(subject),
    interactive: { type: 'button_reply', button_reply: { id: 'cancel-button', title: 'Cancel' } },
  })),
  list_reply: inbound('interactive', (subject) => ({
    ...repliedTo(subject),
    interactive: {
      type: 'list_reply',
      list_reply: { id: 'priority_express', title: 'Priority Mail Express', description: 'Next Day to 2 Days' },
    },
  })),
  flow_reply: inbound('interactive', (subject) => ({
    ...repliedTo(subject),
    interactive: {
      type: 'nfm_reply',
      nfm_reply: { name: 'flow', body: 'Sent', response_json: '{"flow_token":"token","plant":"aloe"}' },
    },
  })),
  order: inbound('order', () => ({
    order: {
      catalog_id: '194836987003835',
      text: 'Love these!',
      product_items: [{ product_retailer_id: 'di9ozbzfi4', quantity: 2, item_price: 30, currency: 'USD' }],
    },
  })),
  user_changed_number: (subject) => ({
    ...aboutNumber(subject),
    messages: [
      {
        from: subject.user,
        id: subject.wamid,
        timestamp: String(subject.seconds),
        type: 'system',
        system: {
          body: `User ${NAME} changed from ${subject.user} to 12195555358`,
          wa_id: '12195555358',
          type: 'user_changed_number',
        },
      },
    ],
  }),
  user_changed_user_id: (subject) => ({
    ...aboutNumber(subject),
    messages: [
      {
        from: subject.user,
        from_user_id: subject.userId,
        id: subject.wamid,
        timestamp: String(subject.seconds),
        type: 'system',
        system: {
          body: `User ${NAME} changed user id`,
          user_id: `${subject.userId.slice(0, 3)}29847561203948576612`,
          type: 'user_changed_user_id',
        },
      },
    ],
  }),
  request_welcome: inbound('request_welcome', () => ({})),
  unsupported: inbound('unsupported', () => ({
    errors: [
      {
        code: 131051,
        title: 'Message type unknown',
        message: 'Message type unknown',
        error_data: { details: 'Message type is currently not supported.' },
      },
    ],
    unsupported: { type: 'poll_creation' },
  })),
  username_only: (subject) => ({
    ...aboutNumber(subject),
    contacts: [{ profile: { name: NAME, username: 'sheena.nelson' }, user_id: subject.userId }],
    messages: [
      {
        from_user_id: subject.userId,
        id: subject.wamid,
        timestamp: String(subject.seconds),
        type: 'text',
        text: { body: 'Hello' },
      },
    ],
  }),
  group_text: inbound('text', () => ({ group_id: GROUP, text: { body: 'Hello, all' } })),
  errors: (subject) => ({
    ...aboutNumber(subject),
    errors: [
      {
        code: 130429,
        title: 'Rate limit hit',
        message: 'Rate limit hit',
        error_data: { details: 'Message failed to send because there were too many messages sent from this number.' },
      },
    ],
  }),
  sent: status('sent', () => PRICE),
  delivered: status('delivered', () => PRICE),
  read: status('read'),
  played: status('played'),
  failed: status('failed', () => ({
    errors: [
      {
        code: 131049,
        title: 'This message was not delivered to maintain healthy ecosystem engagement.',
        message: 'This message was not delivered to maintain healthy ecosystem engagement.',
        error_data: { details: 'In order to maintain a healthy ecosystem engagement, the message was not delivered.' },
        href: 'https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/',
      },
    ],
  })),
  group_delivered: status('delivered', ({ user }) => ({
    recipient_id: GROUP,
    recipient_type: 'group',
    recipient_participant_id: user,
  })),
};
