#!lua flags=allow-oom
-- Does what a moderator decided, if the comment is still where the moderator saw it.
-- KEYS: comment queue claims claimants published author rejected audit
-- ARGV: id action moderator now reason note via channel ...
--       (rest: status before, status after, … : the moves this action may make)
-- RETURNS: outcome (done, claimed, late, missing), status now, moderator who holds or acted
local found = redis.call('HMGET', comment, 'status', 'acted_by', 'acted', 'created_at', 'priority')
local status, acted_by, acted, created_at = found[1], found[2], found[3], found[4]
if not status then
    return { 'missing', '', '' }
end

local moves, reached = {}, false
for i = rest, #ARGV, 2 do
    moves[ARGV[i]] = ARGV[i + 1]
    reached = reached or ARGV[i + 1] == status
end
if reached and acted == action and acted_by == moderator then
    return { 'done', status, moderator }
end

local time = redis.call('TIME')
local ms = time[1] * 1000 + math.floor(time[2] / 1000)
local deadline = redis.call('ZSCORE', claims, id)
local holder = redis.call('HGET', claimants, id)
if deadline and tonumber(deadline) > ms and holder ~= moderator then
    return { 'claimed', status, holder }
end

local target = moves[status]
if not target then
    return { 'late', status, acted_by or '' }
end

redis.call('HSET', comment, 'status', target, 'acted_by', moderator, 'acted', action,
    'acted_at', now, 'acted_reason', reason, 'acted_note', note)
redis.call('ZREM', claims, id)
redis.call('HDEL', claimants, id)
local counts = { published = 'published', rejected = 'rejected', pending = 'held' }
redis.call('HINCRBY', author, counts[status], -1)
redis.call('HINCRBY', author, counts[target], 1)

redis.call('ZREM', queue, id)
redis.call('ZREM', published, id)
redis.call('ZREM', rejected, id)
if target == 'published' then
    redis.call('ZADD', published, created_at, id)
elseif target == 'pending' then
    redis.call('ZADD', queue, -(found[5] or 0), id)
else
    redis.call('ZADD', rejected, now, id)
end

redis.call('XADD', audit, '*', 'comment', id, 'by', moderator, 'action', action, 'from', status,
    'to', target, 'reason', reason, 'note', note, 'via', via, 'at', now)
redis.call('PUBLISH', channel, id .. ' ' .. target)
return { 'done', target, moderator }
