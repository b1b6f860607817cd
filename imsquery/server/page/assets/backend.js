// Questions to the service.  The static build has a file of this name that answers them itself.

let token = "";

/** The endpoint that requests are shown for at first. */
export const endpoint = location.origin;

/** A question that was not answered. */
export class Unanswered extends Error {
  constructor(message, { needsToken = false } = {}) {
    super(message);
    this.needsToken = needsToken;
  }
}

/** Send this token from now on. */
export function useToken(given) {
  token = given;
}

/** Ask a question by its name, and return the answer. */
export async function ask(name, question) {
  let response;
  try {
    response = await fetch(`api/${name}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...(token && { "X-Auth-Token": token }) },
      body: JSON.stringify(question),
    });
  } catch {
    throw new Unanswered("The service does not answer. Is imsquery serve still running?");
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const message = answer.error?.message ?? `The service answered with status ${response.status}.`;
  throw new Unanswered(message, { needsToken: response.status === 401 });
}
