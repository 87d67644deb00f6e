import { byKind, type Rule, withCodes } from '../rules.js';
import { BUTTON, CTA_URL } from './buttons.js';
import { CAROUSEL } from './carousel.js';
import { LIST } from './list.js';
import { CATALOG_MESSAGE, PRODUCT, PRODUCT_LIST } from './products.js';
import { ADDRESS_MESSAGE, FLOW, LOCATION_REQUEST, loosely, REQUEST_CONTACT_INFO } from './requests.js';

/** Kinds of `interactive` (cloud-api.md §1.3). */
export const INTERACTIVE_KINDS = {
  button: BUTTON,
  list: LIST,
  cta_url: CTA_URL,
  flow: FLOW,
  product: PRODUCT,
  product_list: PRODUCT_LIST,
  catalog_message: CATALOG_MESSAGE,
  carousel: CAROUSEL,
  location_request_message: LOCATION_REQUEST,
  address_message: ADDRESS_MESSAGE,
  request_contact_info: REQUEST_CONTACT_INFO,
  order_details: loosely('order_details', 'review_and_pay'),
  order_status: loosely('order_status', 'review_order'),
  voice_call: loosely('voice_call', 'voice_call'),
  call_permission_request: loosely('call_permission_request', 'call_permission_request'),
} as const satisfies Record<string, Rule>;

/** `interactive`: what is too long or of a wrong form here is a bad value to Meta, not a bad parameter (131009). */
export const INTERACTIVE = withCodes({ length: 131009, form: 131009 }, byKind('type', INTERACTIVE_KINDS));
