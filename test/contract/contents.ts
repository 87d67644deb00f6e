/** The message's `type` and the object named like it. */
export type Content = Readonly<Record<string, unknown>> & { readonly type: string };

/** A text of n characters. */
export const x = (n: number) => 'x'.repeat(n);
/** n values. */
export const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));
/** A message of one kind. */
export const message = (type: string, content: unknown): Content => ({ type, [type]: content });

/** A file by its id. */
export const media = (kind: string, more: object = {}) => message(kind, { id: '1013859600285441', ...more });
/** A file by its link. */
export const linked = (kind: string, link: string) => message(kind, { link });
/** A place. */
export const place = (more: object = {}) => message('location', { latitude: '37.44', longitude: -122.16, ...more });
/** Meta's id of some message. */
export const wamid = 'wamid.HBgLMTY0NjcwNDM1OTUVAgASGBQzQUZCMTY0MDc2MUYwNzBDNTY5MAA=';
/** A reaction. */
export const reaction = (emoji: unknown) => message('reaction', { message_id: wamid, emoji });
/** A pin. */
export const pin = (more: object = {}) => message('pin', { type: 'pin', message_id: wamid, ...more });
/** A contact card. */
export const card = (over: object = {}) => ({ name: { formatted_name: 'John Smith', first_name: 'John' }, ...over });
/** Contact cards. */
export const contacts = (...cards: unknown[]) => message('contacts', cards);

/** An interactive message. */
export const acting = (type: string, action: unknown, more: object = {}) =>
  message('interactive', { type, body: { text: 'Choose' }, action, ...more });
/** A reply button. */
export const reply = (id: string, title: string) => ({ type: 'reply', reply: { id, title } });
/** A message with reply buttons. */
export const buttons = (...list: unknown[]) => acting('button', { buttons: list });
/** The action of one button. */
export const yes = { buttons: [reply('a', 'Yes')] };
/** A row of a list. */
export const row = (i: number, over: object = {}) => ({ id: `row-${i}`, title: `Row ${i}`, ...over });
/** A list. */
export const menu = (sections: unknown, more: object = {}) => acting('list', { button: 'Options', sections }, more);
/** A list with one section. */
export const rows = (...list: unknown[]) => menu([{ rows: list }]);
/** A button that opens a page. */
export const cta = (parameters: object) =>
  acting('cta_url', {
    name: 'cta_url',
    parameters: { display_text: 'See', url: 'https://example.com', ...parameters },
  });
/** A flow. */
export const flow = (parameters: object) =>
  acting('flow', { name: 'flow', parameters: { flow_message_version: '3', flow_cta: 'Open', ...parameters } });
/** Products in sections. */
export const products = (sections: unknown, more: object = { header: { type: 'text', text: 'Shop' } }) =>
  acting('product_list', { catalog_id: '1', sections }, more);
/** A section of products. */
export const shelf = (items: number, title?: string) => ({
  ...(title === undefined ? {} : { title }),
  product_items: times(items, (i) => ({ product_retailer_id: `sku-${i}` })),
});
/** A card with a link. */
export const linkCard = (i: number, over: object = {}) => ({
  card_index: i,
  type: 'cta_url',
  header: { type: 'image', image: { link: 'https://example.com/a.png' } },
  body: { text: 'Deal' },
  action: { name: 'cta_url', parameters: { display_text: 'Shop now', url: 'https://example.com/deal' } },
  ...over,
});
/** A card with a product. */
export const productCard = (i: number) => ({
  card_index: i,
  type: 'product',
  action: { product_retailer_id: 'a', catalog_id: '1' },
});
/** A carousel. */
export const carousel = (...cards: unknown[]) => acting('carousel', { cards });
/** A request for an address. */
export const address = (parameters: unknown) => acting('address_message', { name: 'address_message', parameters });

/** A template message. */
export const template = (...components: unknown[]) =>
  message('template', { name: 'order_update', language: { code: 'en_US' }, components });
/** A component with parameters. */
export const component = (type: string, ...parameters: unknown[]) => ({ type, parameters });
/** A body with text parameters. */
export const words = (...list: string[]) => component('body', ...list.map((text) => ({ type: 'text', text })));
/** A button component. */
export const button = (sub_type: string, index: unknown, ...parameters: unknown[]) => ({
  type: 'button',
  sub_type,
  index,
  parameters,
});
/** A limited-time offer. */
export const offer = (value: unknown) =>
  component('limited_time_offer', {
    type: 'limited_time_offer',
    limited_time_offer: { expiration_time_ms: value },
  });
