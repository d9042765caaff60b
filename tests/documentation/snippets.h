#pragma once

// What the snippets of the pages take for granted: types of the reader's own program. Nothing of it is defined.
#include <sqlite/sqlitequeue.h>
#include <turnspit/async/fakeclock.h>
#include <turnspit/async/runblocking.h>
#include <turnspit/async/taskscope.h>
#include <turnspit/async/wait.h>
#include <turnspit/di/keyed.h>
#include <turnspit/di/optionsmonitor.h>
#include <turnspit/hosting/backgroundservice.h>
#include <turnspit/hosting/hostbuilder.h>
#include <turnspit/hosting/periodicservice.h>
#include <turnspit/hosting/queueworker.h>
#include <turnspit/queues/memoryqueue.h>
#if __has_include(<hiredis/hiredis.h>)
#include <redis/redisqueue.h>
#endif

#include <optional>
#include <string>

struct Order
{
    static std::optional<Order> parse(const std::string& text);
    int id = 0;
    int count = 0;
    std::string city;
};

struct Database
{
    turnspit::Task<> book(Order order, std::stop_token stopping);
    turnspit::Task<> save(std::string text, std::stop_token stopping);
};

struct OrderHandler
{
    turnspit::Task<> handle(const turnspit::Message& message, std::stop_token stopping);
};

struct Cache
{
    void clear();
};

struct MailServer
{
    virtual ~MailServer() = default;
    virtual turnspit::Task<> sendAll(std::stop_token stopping) = 0;
};
struct SmtpServer : MailServer
{
    turnspit::Task<> sendAll(std::stop_token stopping) override;
};

std::string readWhole(const char* path);
std::string readSecret(const char* name);
