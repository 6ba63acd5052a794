#!lua flags=allow-oom
-- Trades a one-time link for a session. The repeat of a timed-out command finds its own session.
-- KEYS: link session
-- ARGV: lifetime_s
-- RETURNS: name of the moderator who is signed in now, '' when the link is used up or lapsed
local name = redis.call('GETDEL', link)
if name then
    redis.call('SET', session, name, 'EX', lifetime_s)
end
return name or redis.call('GET', session) or ''
