#include <turnspit/logging/qtmessages.h>

#include <QString>

#include <cstdio>
#include <shared_mutex>
#include <stdexcept>

namespace turnspit {

namespace {

struct Bridge
{
    std::shared_mutex mutex; // held shared by who speaks: the end of QtMessages waits for them
    LoggerFactory* factory = nullptr;  // guarded
    QtMessageHandler before = nullptr; // guarded
};

Bridge& bridge()
{
    static Bridge one;
    return one;
}

thread_local bool speaking = false;

LogLevel levelOf(QtMsgType type)
{
    switch (type) {
    case QtDebugMsg:
        return LogLevel::Debug;
    case QtInfoMsg:
        return LogLevel::Info;
    case QtWarningMsg:
        return LogLevel::Warning;
    case QtCriticalMsg:
        return LogLevel::Error;
    case QtFatalMsg:
        return LogLevel::Critical;
    }
    return LogLevel::Warning;
}

std::string categoryOf(const QMessageLogContext& context)
{
    const std::string_view name = context.category ? context.category : "default";
    return name == "default" ? "qt" : std::string(name);
}

void hand(QtMsgType type, const QMessageLogContext& context, const QString& message)
{
    if (speaking) {
        // A sink's own: no lock, no sink.
        const QByteArray line = qFormatLogMessage(type, context, message).toLocal8Bit();
        std::fprintf(stderr, "%s\n", line.constData());
        return;
    }
    Bridge& b = bridge();
    const std::shared_lock lock(b.mutex);
    if (!b.factory) {
        if (b.before)
            b.before(type, context, message);
        return;
    }
    speaking = true;
    try {
        const auto category = b.factory->category(categoryOf(context));
        if (const LogLevel level = levelOf(type); category->isEnabled(level)) {
            const QByteArray text = message.toUtf8();
            b.factory->write(*category, level, 0, {}, {text.constData(), static_cast<std::size_t>(text.size())});
        }
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): out of memory; nothing may leave through Qt
    }
    speaking = false;
}

} // namespace

QtMessages::QtMessages(LoggerFactory& factory)
{
    Bridge& b = bridge();
    const std::unique_lock lock(b.mutex);
    if (b.factory)
        throw std::logic_error("QtMessages: Qt's messages have a logger already.");
    b.factory = &factory;
    b.before = qInstallMessageHandler(hand);
}

QtMessages::~QtMessages()
{
    Bridge& b = bridge();
    const std::unique_lock lock(b.mutex);
    qInstallMessageHandler(b.before);
    b.factory = nullptr;
}

} // namespace turnspit
