import { all, isFields, list, mistake, object, optional, type Rule, required, text, word } from '../rules.js';
import { body, footer, header, interactive } from './parts.js';

const MOST_PRODUCTS = 30;

/** Product messages may do without a body. */
export const PRODUCT = object({
  type: required(word('product')),
  body: optional(body(1024)),
  footer,
  action: required(object({ catalog_id: required(text()), product_retailer_id: required(text()) })),
});

const countsProducts: Rule = (value) => {
  const products = (value as unknown[]).filter(isFields).flatMap(({ product_items }) => product_items as unknown[]);
  return products.length > MOST_PRODUCTS
    ? mistake('value', `must have at most ${MOST_PRODUCTS} products in all sections, has ${products.length}`)
    : undefined;
};

/** Sections of products: at most 10 sections and 30 products. */
export const PRODUCT_SECTIONS = all(
  list(
    object({
      title: optional(text({ max: 24 })),
      product_items: required(list(object({ product_retailer_id: required(text()) }))),
    }),
    { max: 10 },
  ),
  countsProducts,
);

/** Several products; the header must be there. */
export const PRODUCT_LIST = interactive(
  'product_list',
  1024,
  object({ catalog_id: required(text()), sections: required(PRODUCT_SECTIONS) }),
  required(header('text')),
);

/** The whole catalogue. */
export const CATALOG_MESSAGE = interactive(
  'catalog_message',
  1024,
  object({
    name: required(word('catalog_message')),
    parameters: optional(object({ thumbnail_product_retailer_id: optional(text()) })),
  }),
);
