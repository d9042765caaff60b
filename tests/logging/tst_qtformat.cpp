#include <turnspit/logging/logger.h>
#include <turnspit/logging/qtformat.h>

#include <QTest>

using namespace turnspit;

namespace {

class LastLine final : public LogSink
{
public:
    void write(const LogRecord& record) noexcept override
    {
        text = QString::fromUtf8(record.text.data(), qsizetype(record.text.size()));
        field = record.fields.empty() ? QString() : QString::fromStdString(record.fields.front().value);
    }
    QString text;
    QString field;
};

} // namespace

class TestQtFormat : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theTextsOfQtAreFormattedLikeAnyOther()
    {
        LoggerFactory factory;
        const auto sink = std::make_shared<LastLine>();
        factory.addSink(sink);
        const Logger<QObject> log(factory);
        const QString umlauts = QStringLiteral("M\u00fcnchen");
        const QByteArray bytes = umlauts.toUtf8();
        log.info("{}, {}, {}, {}", umlauts, QStringView(umlauts).left(2), bytes, QByteArrayView(bytes).last(4));
        QCOMPARE(sink->text, QStringLiteral("M\u00fcnchen, M\u00fc, M\u00fcnchen, chen"));
        log.info("{:>9}|{:<4}|", umlauts, QByteArray("ab"));
        QCOMPARE(sink->text, QStringLiteral("  M\u00fcnchen|ab  |"));
        log.info("{}", QString());
        QCOMPARE(sink->text, QString());
    }

    void namedValuesMayBeTextsOfQt()
    {
        LoggerFactory factory;
        const auto sink = std::make_shared<LastLine>();
        factory.addSink(sink);
        Logger<QObject>(factory).info("sent", kv("to", QStringLiteral("New York")));
        QCOMPARE(sink->field, QStringLiteral("New York"));
    }
};

QTEST_GUILESS_MAIN(TestQtFormat)
#include "tst_qtformat.moc"
