// @fastify/static requires this ESM package. Node 20.19 can do that and Jest's own `require` cannot (it would need Node
// 24.9), so jest.config.mjs sends the request here, where Node itself answers it.
const { createRequire } = process.getBuiltinModule('node:module');

module.exports = createRequire(__filename)('content-disposition');
