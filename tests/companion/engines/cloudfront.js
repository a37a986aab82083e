// The module `cloudfront` of the runtime, as AWS documents it ("Helper methods for key value stores"): a
// key that is not there makes `get` throw. `globalThis.edgepassStore` is what the store holds, by key, or
// `{"fails": METHOD, "at": KEY}` beside it for a store that throws there.

function read(method, key, answer) {
  var store = globalThis.edgepassStore;
  globalThis.edgepassReads += 1;
  if (!store) return Promise.reject(new Error("no store is associated"));
  if (store.fails === method && (!store.at || key.indexOf(store.at) === 0)) {
    return Promise.reject(new Error("the store is unavailable"));
  }
  var found = store.pairs.filter(function (pair) {
    return pair.key === key;
  })[0];
  return answer(found);
}

var handle = {
  get: function (key) {
    return read("get", key, function (found) {
      return found ? Promise.resolve(found.value) : Promise.reject(new Error("KeyNotFound"));
    });
  },
  exists: function (key) {
    return read("exists", key, function (found) {
      return Promise.resolve(found !== undefined);
    });
  },
};

export default {
  kvs: function () {
    return handle;
  },
  logCustomData: function (text) {
    globalThis.edgepassCustomData.push(text);
  },
};
