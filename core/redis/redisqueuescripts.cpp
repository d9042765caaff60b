#include <redis/redisqueuescripts.h>

#include <QCryptographicHash>

namespace turnspit {

namespace {

constexpr const char* prelude = R"(
local group = 'turnspit'
local function now()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end
local function message(id, list)
  local m = {i = id, a = '0', k = ''}
  for at = 1, #list, 2 do m[list[at]] = list[at + 1] end
  return m
end
local function add(m)
  return redis.call('XADD', KEYS[1], '*', 'i', m.i, 'a', m.a, 's', m.s, 'k', m.k, 'b', m.b)
end
local function putOff(m, delay)
  redis.call('HSET', KEYS[3], m.i, cmsgpack.pack({tostring(m.a), m.s, m.k, m.b}))
  redis.call('ZADD', KEYS[2], now() + delay, m.i)
end
local function die(m, attempts, reason, most)
  redis.call('XADD', KEYS[4], 'MAXLEN', '=', most, '*', 'i', m.i, 'a', attempts, 's', m.s, 'k', m.k, 'b', m.b, 'r', reason)
end
local function held(id, consumer, count)
  local p = redis.call('XPENDING', KEYS[1], group, id, id, 1)[1]
  return p and p[2] == consumer and p[4] == tonumber(count)
end
local function load(id)
  local e = redis.call('XRANGE', KEYS[1], id, id)[1]
  return e and message(id, e[2])
end
local function remove(id)
  redis.call('XACK', KEYS[1], group, id)
  redis.call('XDEL', KEYS[1], id)
end
)";

} // namespace

RedisScript::RedisScript(const char* body) : m_text(std::string(prelude) + body)
{
    m_sha = QCryptographicHash::hash(QByteArray::fromStdString(m_text), QCryptographicHash::Sha1).toHex().toStdString();
}

const RedisScript& RedisScript::send()
{
    static const RedisScript script(R"(
local key, window, delay = KEYS[6], tonumber(ARGV[4]), tonumber(ARGV[5])
if key and window > 0 and not redis.call('SET', key, '', 'NX', 'PX', window) then
  return {redis.call('GET', key), 1}
end
local id
if delay > 0 then
  id = 'd' .. redis.call('INCR', KEYS[5])
  putOff({i = id, a = '0', s = ARGV[2], k = ARGV[3], b = ARGV[1]}, delay)
else
  id = redis.call('XADD', KEYS[1], '*', 's', ARGV[2], 'k', ARGV[3], 'b', ARGV[1])
end
if key and window > 0 then redis.call('SET', key, id, 'XX', 'KEEPTTL') end
return {id, 0}
)");
    return script;
}

const RedisScript& RedisScript::ack()
{
    static const RedisScript script(R"(
if not held(ARGV[1], ARGV[2], ARGV[3]) then return 0 end
remove(ARGV[1])
return 1
)");
    return script;
}

const RedisScript& RedisScript::nack()
{
    static const RedisScript script(R"(
local id, count, delay, counts, most = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5] == '1', tonumber(ARGV[6])
if not held(id, ARGV[2], count) then return 0 end
local m = load(id)
if not m then return 0 end
local attempts = m.a + count
local died = counts and most > 0 and attempts >= most
if died then
  die(m, attempts, ARGV[7], ARGV[8])
else
  m.a = counts and attempts or attempts - 1
  if delay > 0 then putOff(m, delay) else add(m) end
end
remove(id)
return died and 2 or 1
)");
    return script;
}

const RedisScript& RedisScript::bury()
{
    static const RedisScript script(R"(
if not held(ARGV[1], ARGV[2], ARGV[3]) then return 0 end
local m = load(ARGV[1])
if not m then return 0 end
die(m, m.a + ARGV[3], ARGV[4], ARGV[5])
remove(ARGV[1])
return 1
)");
    return script;
}

const RedisScript& RedisScript::extend()
{
    static const RedisScript script(R"(
if not held(ARGV[1], ARGV[2], ARGV[3]) then return 0 end
redis.call('XCLAIM', KEYS[1], group, ARGV[2], 0, ARGV[1], 'IDLE', ARGV[4], 'JUSTID')
return 1
)");
    return script;
}

const RedisScript& RedisScript::care()
{
    static const RedisScript script(R"(
local t = now()
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', t, 'LIMIT', 0, 1000)) do
  local packed = redis.call('HGET', KEYS[3], id)
  if packed then
    local p = cmsgpack.unpack(packed)
    add({i = id, a = p[1], s = p[2], k = p[3], b = p[4]})
  end
  redis.call('HDEL', KEYS[3], id)
  redis.call('ZREM', KEYS[2], id)
end
local next = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')[2]
local wait = next and math.max(0, tonumber(next) - t) or -1
local claimed, cursor, most, wanted = {}, ARGV[6], tonumber(ARGV[4]), tonumber(ARGV[3])
local looks = 0
while #claimed < wanted and looks < 100 do
  local r = redis.call('XAUTOCLAIM', KEYS[1], group, ARGV[1], ARGV[2], cursor, 'COUNT', wanted - #claimed)
  cursor, looks = r[1], looks + 1
  for _, e in ipairs(r[2]) do
    if e and e[2] then
      local count = redis.call('XPENDING', KEYS[1], group, e[1], e[1], 1)[1][4]
      local m = message(e[1], e[2])
      if most > 0 and m.a + count > most then
        die(m, m.a + count - 1, ARGV[7], ARGV[5])
        remove(e[1])
      else
        claimed[#claimed + 1] = {e[1], count, e[2]}
      end
    end
  end
  if cursor == '0-0' then break end
end
return {wait, cursor, claimed}
)");
    return script;
}

const RedisScript& RedisScript::takeDead()
{
    static const RedisScript script(R"(
local from = '-'
while true do
  local part = redis.call('XRANGE', KEYS[4], from, '+', 'COUNT', 20) -- each with its body
  if #part == 0 then return 0 end
  for _, e in ipairs(part) do
    local m = message(e[1], e[2])
    if m.i == ARGV[1] then
      redis.call('XDEL', KEYS[4], e[1])
      if ARGV[2] == '1' then
        m.a = '0'
        add(m)
      end
      return 1
    end
  end
  from = '(' .. part[#part][1]
end
)");
    return script;
}

const RedisScript& RedisScript::leave()
{
    static const RedisScript script(R"(
for _, list in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], group)) do
  local c = {}
  for at = 1, #list, 2 do c[list[at]] = list[at + 1] end
  if c.pending == 0 and (c.name == ARGV[1] or c.idle > 3600000) then redis.call('XGROUP', 'DELCONSUMER', KEYS[1], group, c.name) end
end
return 1
)");
    return script;
}

const RedisScript& RedisScript::status()
{
    static const RedisScript script(R"(
local held = redis.call('XPENDING', KEYS[1], group)[1]
return {redis.call('XLEN', KEYS[1]) - held, held, redis.call('ZCARD', KEYS[2]), redis.call('XLEN', KEYS[4])}
)");
    return script;
}

} // namespace turnspit
