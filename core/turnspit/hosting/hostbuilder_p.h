#pragma once

#include <turnspit/hosting/hostbuilder.h>

#include <QCoreApplication>

#include <memory>
#include <optional>
#include <vector>

namespace turnspit {

struct HostBuilder::Private
{
    std::unique_ptr<QCoreApplication> application;
    std::shared_ptr<HostConfiguration> configuration = std::make_shared<HostConfiguration>();
    std::shared_ptr<HostingEnvironment> environment = std::make_shared<HostingEnvironment>();
    HostServiceCollection services;
    Clock* clock = nullptr;
    bool inlineThreads = false;
    std::vector<std::shared_ptr<LogSink>> sinks;
    bool qtMessages = false;
    std::function<double()> random;
    std::vector<HostExtensionFactory> extensions;
    bool built = false;
};

} // namespace turnspit
