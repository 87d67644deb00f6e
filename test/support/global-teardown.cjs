// Jest runs this once after all suites.
module.exports = async () => {
  await globalThis.heliographRunHost.close();
};
