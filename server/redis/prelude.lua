-- What every function shares. Loaded first; `command(name, fn)` registers a function of the library, and a second time as `at_<name>`, whose reply is
-- {boot, the function's reply}: who waits for replicas must know which server had answered.
--
-- Unless a function says otherwise: KEYS[1] is the prefix of an owner (`<namespace>:{b<bucket>}:<owner>:`), KEYS[2] that of its bucket
-- (`<namespace>:{b<bucket>}:`). Every key a function touches begins with one of the two, so all are in one slot of a cluster.
-- The first element of a reply is 'ok' or the code of an error; after an error nothing has been written.

-- Who holds the data: this run of this server as this master. A restart, a promotion or a full resynchronisation makes another, because the library is then
-- loaded anew (the local is empty) and run id or replication id differ. Two releases of the library agree on it.
local boot_cache
local function boot()
  if not boot_cache then
    local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
    local replication = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
    boot_cache = string.sub(run, 1, 16) .. string.sub(replication, 1, 16)
  end
  return boot_cache
end

local command
do
  local functions = {}
  function command(name, fn)
    functions[name] = fn
    redis.register_function(LIBRARY .. '_' .. name, fn)
    redis.register_function(LIBRARY .. '_at_' .. name, function(keys, argv) return { boot(), fn(keys, argv) } end)
  end

  -- together: several functions on one owner, in one piece, one after the other. Only for those that refuse nothing: what was written before a refusal stands.
  -- ARGV: of each its name, how many arguments, the arguments   Reply: {'ok', reply, …}
  command('together', function(keys, argv)
    local replies, index = { 'ok' }, 1
    while index < #argv do
      local last = index + 1 + tonumber(argv[index + 1])
      replies[#replies + 1] = functions[argv[index]](keys, { unpack(argv, index + 2, last) })
      index = last + 1
    end
    return replies
  end)

  -- each: several functions, each on keys of its own, one after the other: on one node of a cluster all keys are of one bucket. Each does what it does by itself, whatever becomes of the others.
  -- KEYS: those of each   ARGV: of each its name, how many keys, how many arguments, the arguments   Reply: of each {its reply}, or what it failed with
  local function each(keys, argv)
    local replies, index, key = {}, 1, 1
    while index <= #argv do
      local next_key, next_index = key + tonumber(argv[index + 1]), index + 3 + tonumber(argv[index + 2])
      local done, reply = pcall(functions[argv[index]], { unpack(keys, key, next_key - 1) }, { unpack(argv, index + 3, next_index - 1) })
      if done then replies[#replies + 1] = { reply } else replies[#replies + 1] = type(reply) == 'table' and reply.err or tostring(reply) end
      index, key = next_index, next_key
    end
    return replies
  end
  command('each', each)
  -- each_settled: the same, of those whose callers need not wait for replicas.
  command('each_settled', each)
end

-- settle: a write that says nothing. When a replica has it, it has all that was written before. It goes to replicas only: with `appendfsync always` the own file
-- would cost a turn of the disk more.
-- KEYS: 1 a key of its own   Reply: the boot
command('settle', function(keys)
  redis.set_repl(redis.REPL_REPLICA)
  redis.call('SET', keys[1], '')
  return boot()
end)

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- The number of an epoch that begins now: tenths of a second since 2026. Counting on from the last epoch would give the same number twice when Redis lost its tail
-- twice and the beginning of the first new epoch was part of it.
local EPOCHS_FROM_MS = 1767225600000
local function next_epoch(last)
  return math.max(last + 1, math.floor((now_ms() - EPOCHS_FROM_MS) / 100))
end

-- A whole number as Redis and JSON want it: without exponent.
local function int(number)
  return string.format('%.0f', number)
end

-- The prefix of an owner's bucket, and the owner's name.
local function parts_of(owner)
  local at = string.find(owner, '}:', 1, true)
  return string.sub(owner, 1, at + 1), string.sub(owner, at + 2, -2)
end

-- A hash's fields and their values as a flat list, without those whose names begin with ':', which say something of the hash itself.
local function rows_in(key)
  local rows, all = {}, redis.call('HGETALL', key)
  for index = 1, #all, 2 do
    if string.sub(all[index], 1, 1) ~= ':' then
      rows[#rows + 1] = all[index]
      rows[#rows + 1] = all[index + 1]
    end
  end
  return rows
end

-- Clocks of servers that take one another's place differ by less.
local CLOCKS_DIFFER_MS = 60000

-- After another boot the stream may have lost its end, which others have read: numbers go on above any it can have had, so that none means two documents.
local function outbox_id(outbox)
  local last_boot = redis.call('GET', outbox .. '-boot')
  if last_boot == boot() then return '*' end
  redis.call('SET', outbox .. '-boot', boot())
  if not last_boot or redis.call('EXISTS', outbox) == 0 then return '*' end
  local stream, last = redis.call('XINFO', 'STREAM', outbox), 0
  for index = 1, #stream, 2 do
    if stream[index] == 'last-generated-id' then last = tonumber(string.match(stream[index + 1], '^%d+')) end
  end
  return int(math.max(last, now_ms()) + CLOCKS_DIFFER_MS) .. '-0'
end

-- Appends one JSON document to the bucket's outbox and wakes its readers. The wake-up may be lost; readers also look by themselves.
local function to_outbox(bucket, document)
  redis.call('XADD', bucket .. 'outbox', outbox_id(bucket .. 'outbox'), 'd', document)
  redis.call('SPUBLISH', bucket .. 'outbox', '')
end
