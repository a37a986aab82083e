// Stands behind the function in every engine, as one script with it: runs trials one after the other and
// gives what became of each. In the language subset, since njs reads it too.

var edgepassLines = [];

async function edgepassRun(trials) {
  var results = [];
  console.log = function (line) {
    edgepassLines.push(line);
  };
  for (var index = 0; index < trials.length; index++) {
    var trial = trials[index];
    var result = await edgepassRunOne(trial);
    results.push(result);
  }
  return results;
}

async function edgepassRunOne(trial) {
  edgepassLines = [];
  globalThis.edgepassStore = trial.store;
  globalThis.edgepassReads = 0;
  globalThis.edgepassCustomData = [];
  Date.now = function () {
    return trial.now * 1000;
  };
  var result = {};
  try {
    var event = JSON.parse(trial.event);
    if (trial.query !== undefined && event && typeof event.request === "object" && event.request) {
      event.request.rawQueryString = function () {
        return trial.query === null ? undefined : trial.query;
      };
    }
    var answer = await handler(event);
    result.answer = JSON.stringify(answer);
    result.event = JSON.stringify(event);
  } catch (thrown) {
    result.threw = String(thrown);
  }
  result.lines = edgepassLines;
  result.reads = globalThis.edgepassReads;
  result.customData = globalThis.edgepassCustomData;
  return result;
}
