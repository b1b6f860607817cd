// Questions to a worker, which answers them by the same functions as the service does.

const worker = new Worker("worker.js", { type: "module" });
const waiting = new Map(); // number of a question -> how to settle it
let last = 0;

worker.addEventListener("message", ({ data: { number, answer, message } }) => {
  const { resolve, reject } = waiting.get(number);
  waiting.delete(number);
  if (answer) resolve(answer);
  else reject(new Unanswered(message));
});
worker.addEventListener("error", () => {
  for (const { reject } of waiting.values()) reject(new Unanswered("Python could not be loaded."));
  waiting.clear();
});

/** The endpoint that requests are shown for at first. */
export const endpoint = "https://ims.cn-north-4.myhuaweicloud.com";

/** A question that was not answered. */
export class Unanswered extends Error {}

/** There is no token: the images are here. */
export function useToken() {}

/** Ask a question by its name, and return the answer. */
export function ask(name, question) {
  last += 1;
  const number = last;
  return new Promise((resolve, reject) => {
    waiting.set(number, { resolve, reject });
    worker.postMessage({ number, name, question });
  });
}
