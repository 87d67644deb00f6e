import { variant } from '../../core/shape/object-shape.js';
import { defineKind } from './define-kind.js';
import { addressMessage } from './interactive/address.kind.js';
import { button } from './interactive/button.kind.js';
import { callPermissionRequest, voiceCall } from './interactive/call.kind.js';
import { carousel } from './interactive/carousel.kind.js';
import { catalogMessage } from './interactive/catalog-message.kind.js';
import { contactRequest } from './interactive/contact-request.kind.js';
import { ctaUrl } from './interactive/cta-url.kind.js';
import { flow } from './interactive/flow.kind.js';
import { list } from './interactive/list.kind.js';
import { locationRequest } from './interactive/location-request.kind.js';
import { orderDetails, orderStatus } from './interactive/order.kind.js';
import { product } from './interactive/product.kind.js';
import { productList } from './interactive/product-list.kind.js';

/** A message to act on; what it may hold follows from its `type` (Cloud API, "Interactive messages"). */
export const interactive = defineKind({
  kind: 'interactive',
  schemaName: 'InteractiveContent',
  content: variant('type', {
    button,
    list,
    cta_url: ctaUrl,
    flow,
    product,
    product_list: productList,
    catalog_message: catalogMessage,
    carousel,
    location_request_message: locationRequest,
    address_message: addressMessage,
    request_contact_info: contactRequest,
    order_details: orderDetails,
    order_status: orderStatus,
    voice_call: voiceCall,
    call_permission_request: callPermissionRequest,
  }),
});
