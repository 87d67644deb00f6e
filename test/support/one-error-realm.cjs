// Jest runs each file in a realm of its own, in which errors that Node itself makes (a refused connection) are not
// `instanceof Error`. The service asks exactly that, so under Jest it would take an outage for a mistake of its own.
const { isNativeError } = require('node:util').types;

const ordinary = Function.prototype[Symbol.hasInstance];

Object.defineProperty(Error, Symbol.hasInstance, {
  value(thing) {
    // Classes that extend Error inherit this and must go on telling theirs from others.
    return ordinary.call(this, thing) || (this === Error && isNativeError(thing));
  },
});
