// `callBound("RegExp.prototype.test")`, all that `assert` asks of it.
module.exports = (path) => Function.prototype.call.bind(path.split(".").reduce((found, name) => found[name], globalThis));
