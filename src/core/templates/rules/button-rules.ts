import { allButtons, buttonsOf, type Draft, lengthOf, listOf, type Part, textOf, variablesIn } from '../draft.js';
import { type Breach, type LintRule, when } from '../lint-rule.js';

const SOURCE = 'Meta, "Template components", buttons';

/** How many buttons of a type a template may have. */
const MOST: Readonly<Record<string, number>> = {
  QUICK_REPLY: 10,
  URL: 2,
  PHONE_NUMBER: 1,
  COPY_CODE: 1,
  OTP: 1,
  FLOW: 1,
  CATALOG: 1,
  MPM: 1,
  SPM: 1,
  VOICE_CALL: 1,
  REQUEST_CONTACT_INFO: 1,
  APP: 1,
};
const MOST_BUTTONS = 10;
const LONGEST = { text: 25, phone: 20, url: 2000, code: 20 };
const TTL = { min: 1440, max: 43_200 };

const SHORTENERS =
  /^(?:[^/]*\.)?(?:bit\.ly|tinyurl\.com|goo\.gl|t\.co|ow\.ly|is\.gd|buff\.ly|rebrand\.ly|cutt\.ly|rb\.gy|wa\.me)$/i;

const withButtons = (...buttons: object[]) => ({
  components: [
    { type: 'BODY', text: 'Your order is on its way.' },
    { type: 'BUTTONS', buttons },
  ],
});
const reply = (text: string) => ({ type: 'QUICK_REPLY', text });
const url = (over: object = {}) => ({ type: 'URL', text: 'Shop', url: 'https://example.com/shop', ...over });

const each = (type: string, judge: (button: Part) => Breach[]) => (draft: Draft) =>
  allButtons(draft)
    .filter((button) => type === '' || button.type === type)
    .flatMap(judge);

/** Buttons of a template. */
export const BUTTON_RULES: readonly LintRule[] = [
  {
    rule: 'button_known',
    severity: 'error',
    fix: `Use ${Object.keys(MOST).join(', ')}.`,
    source: SOURCE,
    check: each('', (button) => when(MOST[button.type] === undefined, `${button.at}/type`, 'There is no such button.')),
    examples: { good: withButtons(reply('Yes')), bad: withButtons({ type: 'SHAKE', text: 'x' }) },
  },
  {
    rule: 'button_count',
    severity: 'error',
    fix: `Keep to ${MOST_BUTTONS} buttons in all, 2 of them URL and 1 each of PHONE_NUMBER, COPY_CODE and the like.`,
    source: SOURCE,
    check: ({ components }) => {
      const buttons = buttonsOf(components);
      const tooMany = buttons.filter((button, i) => {
        const before = buttons.slice(0, i).filter((other) => other.type === button.type).length;
        return i >= MOST_BUTTONS || before >= (MOST[button.type] ?? MOST_BUTTONS);
      });
      return tooMany.map((button) => ({ pointer: button.at, message: 'There are too many buttons of this type.' }));
    },
    examples: { good: withButtons(url(), url()), bad: withButtons(url(), url(), url()) },
  },
  {
    rule: 'button_text',
    severity: 'error',
    fix: `Give each button a text of 1 to ${LONGEST.text} characters.`,
    source: SOURCE,
    check: each('', (button) => {
      const length = lengthOf(textOf(button.value.text));
      const hasOwnText = ['COPY_CODE', 'OTP', 'CATALOG', 'MPM', 'SPM', 'REQUEST_CONTACT_INFO', 'APP', ''].includes(
        button.type,
      );
      const isWrong = length > LONGEST.text || (length === 0 && !hasOwnText);
      return when(isWrong, `${button.at}/text`, `The text must have 1 to ${LONGEST.text} characters.`);
    }),
    examples: { good: withButtons(reply('x'.repeat(25))), bad: withButtons(reply('x'.repeat(26))) },
  },
  {
    rule: 'button_groups',
    severity: 'error',
    fix: 'Put all quick replies together, before or behind the other buttons.',
    source: SOURCE,
    check: ({ components }) => {
      const buttons = buttonsOf(components);
      const isReply = buttons.map((button) => button.type === 'QUICK_REPLY');
      const starts = isReply.flatMap((is, i) => (is && isReply[i - 1] !== true ? [i] : []));
      const second = buttons[starts[1] ?? -1];
      return second === undefined ? [] : when(true, second.at, 'The quick replies do not stand together.');
    },
    examples: {
      good: withButtons(reply('a'), reply('b'), url()),
      bad: withButtons(reply('a'), url(), reply('b')),
    },
  },
  {
    rule: 'button_url',
    severity: 'error',
    fix: `Give an address of up to ${LONGEST.url} characters that begins with https:// or http://.`,
    source: SOURCE,
    check: each('URL', (button) => {
      const address = textOf(button.value.url);
      const isGood = /^https?:\/\/[^\s/]/i.test(address) && address.length <= LONGEST.url;
      return when(!isGood, `${button.at}/url`, 'The address of the button is none, or too long.');
    }),
    examples: { good: withButtons(url()), bad: withButtons(url({ url: 'example.com' })) },
  },
  {
    rule: 'button_url_variable',
    severity: 'error',
    fix: 'Put one {{1}} at the end of the address, and a whole address as its example.',
    source: SOURCE,
    check: each('URL', (button) => {
      const address = textOf(button.value.url);
      const count = variablesIn(address).length;
      const isAtEnd = count === 0 || (count === 1 && /\{\{1\}\}$/.test(address));
      const examples = typeof button.value.example === 'string' ? 1 : listOf(button.value.example).length;
      return [
        ...when(!isAtEnd, `${button.at}/url`, 'The variable of an address must be {{1}}, once, at its end.'),
        ...when(count > 0 && examples === 0, `${button.at}/example`, 'An address with a variable needs an example.'),
      ];
    }),
    examples: {
      good: withButtons(url({ url: 'https://example.com/{{1}}', example: ['https://example.com/a'] })),
      bad: withButtons(url({ url: 'https://example.com/{{1}}/a', example: ['https://example.com/b/a'] })),
    },
  },
  {
    rule: 'button_shortener',
    severity: 'error',
    fix: 'Give the address of your own page; to be written to, use a quick reply.',
    source: 'Meta, "Template review": shortened and wa.me links',
    check: each('URL', (button) => {
      const host = /^https?:\/\/([^/:?#]+)/i.exec(textOf(button.value.url))?.[1] ?? '';
      return when(SHORTENERS.test(host), `${button.at}/url`, 'The address hides where it leads, or leads to a chat.');
    }),
    examples: { good: withButtons(url()), bad: withButtons(url({ url: 'https://wa.me/16505551234' })) },
  },
  {
    rule: 'button_phone',
    severity: 'error',
    fix: `Give a number with its country code, of up to ${LONGEST.phone} characters.`,
    source: SOURCE,
    check: each('PHONE_NUMBER', (button) => {
      const number = textOf(button.value.phone_number);
      const isGood = /^\+?[1-9][\d ()-]{6,}$/.test(number) && number.length <= LONGEST.phone;
      return when(!isGood, `${button.at}/phone_number`, 'The phone number is none, or too long.');
    }),
    examples: {
      good: withButtons({ type: 'PHONE_NUMBER', text: 'Call', phone_number: '15550051310' }),
      bad: withButtons({ type: 'PHONE_NUMBER', text: 'Call', phone_number: '555' }),
    },
  },
  {
    rule: 'button_code_example',
    severity: 'error',
    fix: `Give an example of the code, of up to ${LONGEST.code} characters.`,
    source: SOURCE,
    check: each('COPY_CODE', (button) => {
      const example = textOf(button.value.example ?? listOf(button.value.example)[0]);
      const isGood = example.length > 0 && example.length <= LONGEST.code;
      return when(!isGood, `${button.at}/example`, 'The code has no example, or too long a one.');
    }),
    examples: {
      good: withButtons({ type: 'COPY_CODE', example: '25OFF' }),
      bad: withButtons({ type: 'COPY_CODE' }),
    },
  },
  {
    rule: 'button_call_ttl',
    severity: 'error',
    fix: `Give ttl_minutes from ${TTL.min} to ${TTL.max}, or leave it out.`,
    source: SOURCE,
    check: each('VOICE_CALL', ({ at, value }) => {
      const ttl = value.ttl_minutes;
      const isGood = ttl === undefined || (Number(ttl) >= TTL.min && Number(ttl) <= TTL.max);
      return when(!isGood, `${at}/ttl_minutes`, 'The button lives too short or too long.');
    }),
    examples: {
      good: withButtons({ type: 'VOICE_CALL', text: 'Call', ttl_minutes: 1440 }),
      bad: withButtons({ type: 'VOICE_CALL', text: 'Call', ttl_minutes: 1439 }),
    },
  },
];
