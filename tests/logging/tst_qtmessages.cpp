#include <turnspit/logging/logger.h>
#include <turnspit/logging/qtmessages.h>

#include <QLoggingCategory>
#include <QStringList>
#include <QTest>

using namespace turnspit;

Q_LOGGING_CATEGORY(acme, "acme.sync")

namespace {

/// Says something by Qt itself whenever it is told something.
class TalkativeSink final : public LogSink
{
public:
    void write(const LogRecord& record) noexcept override
    {
        lines << QStringLiteral("%1 %2 %3").arg(QString::fromUtf8(toString(record.level).data()),
                                                QString::fromUtf8(record.category.data(), qsizetype(record.category.size())),
                                                QString::fromUtf8(record.text.data(), qsizetype(record.text.size())));
        if (talks)
            qWarning("a sink speaks");
    }
    QStringList lines;
    bool talks = false;
};

QStringList heardBefore;

void before(QtMsgType, const QMessageLogContext&, const QString& text)
{
    heardBefore << text;
}

} // namespace

class TestQtMessages : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        heardBefore.clear();
        m_testHandler = qInstallMessageHandler(before);
    }
    void cleanup() { qInstallMessageHandler(m_testHandler); }

    void whatQtSaysGoesToTheLoggers()
    {
        LoggerFactory factory;
        const auto sink = std::make_shared<TalkativeSink>();
        factory.addSink(sink);
        factory.setLevel(LogLevel::Debug, "acme");
        {
            const QtMessages bridge(factory);
            qInfo("one");
            qDebug("not heard: the level is info");
            qCDebug(acme, "two");
            qCWarning(acme, "three");
            qCritical("four");
        }
        QCOMPARE(sink->lines, (QStringList{QStringLiteral("info qt one"), QStringLiteral("debug acme.sync two"),
                                           QStringLiteral("warning acme.sync three"), QStringLiteral("error qt four")}));
        QVERIFY(heardBefore.isEmpty());
    }

    void itsEndPutsTheOldHandlerBack()
    {
        LoggerFactory factory;
        const auto sink = std::make_shared<TalkativeSink>();
        factory.addSink(sink);
        {
            const QtMessages bridge(factory);
            QVERIFY_THROWS_EXCEPTION(std::logic_error, QtMessages{factory});
        }
        qWarning("later");
        QCOMPARE(heardBefore, QStringList{QStringLiteral("later")});
        QVERIFY(sink->lines.isEmpty());
        const QtMessages again(factory);
        qWarning("again");
        QCOMPARE(sink->lines.size(), 1);
    }

    void aSinkThatSpeaksByQtDoesNotRunInCircles()
    {
        LoggerFactory factory;
        const auto sink = std::make_shared<TalkativeSink>();
        sink->talks = true;
        factory.addSink(sink);
        const QtMessages bridge(factory);
        qWarning("one");
        QCOMPARE(sink->lines.size(), 1);
    }

private:
    QtMessageHandler m_testHandler = nullptr;
};

QTEST_GUILESS_MAIN(TestQtMessages)
#include "tst_qtmessages.moc"
