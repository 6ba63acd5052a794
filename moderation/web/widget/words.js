// Every sentence a reader can meet, in one place.

const WORDS = {
  commentBlank: "Please enter your comment!",
  nameBlank: "Please enter your name here",
  emailBlank: "Please enter your email address here",
  emailWrong: "You have entered an incorrect email address!",

  published: "Your comment is published.",
  awaiting: "Your comment is awaiting moderation",
  rejected: "Your comment was not published. It does not meet this site's rules.",
  private: "Visible only to you",
  away: "Comments cannot be posted right now. Your text is kept; please try again shortly.",

  loading: "Loading comments…",
  loadFailed: "Comments could not be loaded.",
  empty: "No comments yet. Be the first.",

  leave: "Leave a comment",
  replyTo: (name) => `Reply to ${name}`,
  inReplyTo: (name) => `in reply to ${name}`,
  emailNote: "Your email address will not be published.",
  remember: "Save my name, email, and website in this browser for the next time I comment.",
  count: (count) => (count === 1 ? "1 comment" : count ? `${count} comments` : "Comments"),
};
