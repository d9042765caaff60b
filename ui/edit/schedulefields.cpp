#include <ui/edit/schedulefields.h>

#include <turnspit/base/clock.h>
#include <ui/edit/cronshape.h>
#include <ui/edit/remarklabel.h>
#include <ui/edit/remarktext.h>
#include <ui/text/words.h>

#include <QCheckBox>
#include <QComboBox>
#include <QDateTimeEdit>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QSpinBox>
#include <QStackedWidget>
#include <QTimeEdit>
#include <QVBoxLayout>

#include <algorithm>
#include <array>

namespace turnspit {
namespace {

/// Of the grammar of durations, smallest first.
constexpr std::array<std::pair<const char*, qint64>, 6> units{
    {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}, {"w", 604'800'000}}};
constexpr int mostEvery = 999'999;
constexpr int daysInWeek = 7;

QHBoxLayout* row(QWidget* page)
{
    auto* layout = new QHBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    return layout;
}

} // namespace

ScheduleFields::ScheduleFields(QWidget* parent)
    : QWidget(parent), m_kind(new QComboBox(this)), m_pages(new QStackedWidget(this)), m_time(new QTimeEdit(QTime(2, 0), this)),
      m_timeLabel(new QLabel(tr("at", "at 02:00"), this)), m_once(new QDateTimeEdit(this)), m_sentence(new QLabel(this)), m_preview(new QLabel(this)),
      m_remarks(new RemarkLabel(this))
{
    m_kind->setObjectName(QStringLiteral("scheduleKindBox"));
    m_kind->setAccessibleName(tr("Schedule"));
    const std::array names{tr("Every"), tr("Daily at"), tr("Weekly on"), tr("Monthly on"), tr("Once at"), tr("Cron")};
    for (const QString& name : names)
        m_kind->addItem(name);
    m_time->setObjectName(QStringLiteral("atTimeEdit"));
    m_time->setAccessibleName(tr("Time of day"));
    m_time->setDisplayFormat(QStringLiteral("HH:mm"));
    m_once->setObjectName(QStringLiteral("onceEdit"));
    m_once->setAccessibleName(tr("Date and time"));
    m_once->setCalendarPopup(true);
    m_once->setDisplayFormat(QStringLiteral("yyyy-MM-dd HH:mm:ss"));
    const QDateTime soon = words::local(Clock::current().wallNow()).addSecs(3600);
    m_once->setDateTime(QDateTime(soon.date(), QTime(soon.time().hour(), 0)));

    createCron();
    createWeekly();
    for (QWidget* const page : {createEvery(), createMonthly(), static_cast<QWidget*>(m_once), static_cast<QWidget*>(m_cron)})
        m_pages->addWidget(page);
    auto* rule = new QHBoxLayout;
    rule->addWidget(m_kind);
    rule->addWidget(m_pages, 1);
    rule->addWidget(m_timeLabel);
    rule->addWidget(m_time);
    rule->addStretch(0);

    m_sentence->setObjectName(QStringLiteral("scheduleSentence"));
    m_sentence->setTextFormat(Qt::PlainText);
    m_sentence->setWordWrap(true);
    m_preview->setObjectName(QStringLiteral("schedulePreview"));
    m_preview->setAccessibleDescription(tr("Next runs")); // its name is what it says
    m_preview->setTextFormat(Qt::PlainText);
    m_preview->setWordWrap(true);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(rule);
    layout->addWidget(m_weekdayRow);
    layout->addWidget(m_cronHelp);
    layout->addWidget(m_remarks);
    layout->addWidget(m_sentence);
    layout->addWidget(m_preview);
    createRest();

    connect(m_kind, &QComboBox::currentIndexChanged, this, &ScheduleFields::kindChosen);
    connect(m_time, &QTimeEdit::timeChanged, this, &ScheduleFields::changed);
    connect(m_once, &QDateTimeEdit::dateTimeChanged, this, &ScheduleFields::changed);
    setKind(Every);
}

QWidget* ScheduleFields::createEvery()
{
    auto* page = new QWidget(this);
    m_count = new QSpinBox(page);
    m_count->setObjectName(QStringLiteral("everyCountBox"));
    m_count->setAccessibleName(tr("How many"));
    m_count->setRange(1, mostEvery);
    m_count->setValue(5);
    m_unit = new QComboBox(page);
    m_unit->setObjectName(QStringLiteral("everyUnitBox"));
    m_unit->setAccessibleName(tr("Unit of time"));
    m_unit->addItems({tr("milliseconds"), tr("seconds"), tr("minutes"), tr("hours"), tr("days"), tr("weeks")});
    m_unit->setCurrentIndex(2);
    auto* layout = row(page);
    layout->addWidget(m_count);
    layout->addWidget(m_unit);
    connect(m_count, &QSpinBox::valueChanged, this, &ScheduleFields::changed);
    connect(m_unit, &QComboBox::currentIndexChanged, this, &ScheduleFields::changed);
    return page;
}

void ScheduleFields::createWeekly()
{
    m_weekdayRow = new QWidget(this);
    auto* layout = row(m_weekdayRow);
    const QLocale locale;
    for (int day = 1; day <= daysInWeek; ++day) {
        auto* box = new QCheckBox(locale.dayName(day, QLocale::ShortFormat), m_weekdayRow);
        box->setObjectName(QStringLiteral("weekday%1").arg(day));
        box->setAccessibleName(locale.dayName(day));
        box->setChecked(day == 1);
        m_weekdays += box;
        connect(box, &QCheckBox::toggled, this, &ScheduleFields::changed);
    }
    for (int n = 0; n < daysInWeek; ++n)
        layout->addWidget(m_weekdays.at((locale.firstDayOfWeek() - 1 + n) % daysInWeek));
    layout->addStretch(1);
}

QWidget* ScheduleFields::createMonthly()
{
    auto* page = new QWidget(this);
    m_day = new QSpinBox(page);
    m_day->setObjectName(QStringLiteral("monthDayBox"));
    m_day->setAccessibleName(tr("Day of the month"));
    m_day->setRange(1, 31);
    m_day->setPrefix(tr("day ", "prefix of a number: day 15"));
    row(page)->addWidget(m_day);
    connect(m_day, &QSpinBox::valueChanged, this, &ScheduleFields::changed);
    return page;
}

void ScheduleFields::createCron()
{
    m_cron = new QLineEdit(QStringLiteral("*/5 * * * *"), this);
    m_cron->setObjectName(QStringLiteral("scheduleEdit"));
    m_cron->setAccessibleName(tr("Cron expression"));
    m_cron->setLayoutDirection(Qt::LeftToRight);
    m_cronHelp = new QLabel(tr("minute 0–59 · hour 0–23 · day 1–31 · month 1–12 · weekday 0–7"), this);
    m_cronHelp->setObjectName(QStringLiteral("cronHelp"));
    m_cronHelp->setForegroundRole(QPalette::PlaceholderText);
    m_cronHelp->setWordWrap(true);
    connect(m_cron, &QLineEdit::textChanged, this, &ScheduleFields::changed);
}

void ScheduleFields::createRest()
{
    auto* overlap = new QComboBox(this);
    auto* missed = new QComboBox(this);
    auto* limit = new QLineEdit(QStringLiteral("24h"), this);
    auto* zone = new QLineEdit(QStringLiteral("system"), this);
    auto* jitter = new QLineEdit(QStringLiteral("0s"), this);
    auto* atStart = new QCheckBox(tr("Run once when the schedule begins, too"), this);
    m_fields = {
        Field::word(QStringLiteral("schedule.overlap"), overlap,
                    {{QStringLiteral("skip"), tr("Skip this turn")},
                     {QStringLiteral("queue"), tr("Run it afterwards")},
                     {QStringLiteral("replace"), tr("Stop the old one first")}}),
        Field::word(QStringLiteral("schedule.missed"), missed,
                    {{QStringLiteral("once"), tr("Run once")},
                     {QStringLiteral("skip"), tr("Do nothing")},
                     {QStringLiteral("all"), tr("Run each, at most 10")}}),
        Field::text(QStringLiteral("schedule.missed_limit"), limit),
        Field::text(QStringLiteral("schedule.timezone"), zone),
        Field::text(QStringLiteral("schedule.jitter"), jitter),
        Field::flag(QStringLiteral("schedule.run_at_start"), atStart),
    };
    limit->setToolTip(tr("Runs that are later than this are not made up for."));
    zone->setToolTip(tr("“system”, or a name such as Europe/Berlin."));
    jitter->setToolTip(tr("Each run is delayed by a random time up to this."));
    auto* form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::FieldsStayAtSizeHint);
    form->addRow(tr("If it is still running"), overlap);
    form->addRow(tr("If runs were missed"), missed);
    form->addRow(tr("Unless later than"), limit);
    form->addRow(tr("Time zone"), zone);
    form->addRow(tr("Spread by up to"), jitter);
    form->addRow(atStart);
    static_cast<QVBoxLayout*>(layout())->addLayout(form);
    for (Field* const field : std::as_const(m_fields)) {
        if (auto* label = qobject_cast<QLabel*>(form->labelForField(field->editor())))
            field->editor()->setAccessibleName(label->text());
        connect(field, &Field::edited, this, &ScheduleFields::changed);
    }
}

ScheduleFields::Kind ScheduleFields::kind() const
{
    return static_cast<Kind>(m_kind->currentIndex());
}

void ScheduleFields::setKind(Kind kind)
{
    m_kind->setCurrentIndex(kind);
    kindChosen();
}

void ScheduleFields::kindChosen()
{
    const Kind now = kind();
    const bool hasTime = now == Daily || now == Weekly || now == Monthly;
    const int page = now == Every ? 0 : now == Monthly ? 1 : now == Once ? 2 : 3;
    m_pages->setCurrentIndex(page);
    // A stack is as wide as its widest page: what is not shown must not push the rest away.
    for (int n = 0; n < m_pages->count(); ++n)
        m_pages->widget(n)->setSizePolicy(n == page ? QSizePolicy::Preferred : QSizePolicy::Ignored,
                                          n == page ? QSizePolicy::Preferred : QSizePolicy::Ignored);
    m_pages->setSizePolicy(now == Cron ? QSizePolicy::Expanding : QSizePolicy::Maximum, QSizePolicy::Preferred);
    m_pages->setVisible(now != Daily && now != Weekly);
    m_weekdayRow->setVisible(now == Weekly);
    m_cronHelp->setVisible(now == Cron);
    m_time->setVisible(hasTime);
    m_timeLabel->setVisible(now == Weekly || now == Monthly);
    m_pages->updateGeometry();
    changed();
}

std::pair<QString, QString> ScheduleFields::rule() const
{
    const QString cron = QStringLiteral("schedule.cron");
    const auto shaped = [&](CronShape::Kind shape) {
        CronShape out;
        out.kind = shape;
        out.time = m_time->time();
        out.day = m_day->value();
        for (int day = 1; day <= daysInWeek; ++day) {
            if (m_weekdays.at(day - 1)->isChecked())
                out.weekdays += day;
        }
        return std::pair(cron, quotedToml(toCron(out)));
    };
    switch (kind()) {
    case Every:
        return {QStringLiteral("schedule.every"),
                quotedToml(QString::number(m_count->value())
                           + QString::fromLatin1(units.at(static_cast<std::size_t>(m_unit->currentIndex())).first))};
    case Daily:
        return shaped(CronShape::Daily);
    case Weekly:
        return shaped(CronShape::Weekly);
    case Monthly:
        return shaped(CronShape::Monthly);
    case Once:
        return {QStringLiteral("schedule.at"), m_once->dateTime().toString(QStringLiteral("yyyy-MM-ddTHH:mm:ss"))};
    case Cron:
        break;
    }
    return {cron, quotedToml(m_cron->text().trimmed())};
}

void ScheduleFields::showRule(const QJsonObject& schedule)
{
    if (const QString every = schedule.value(QLatin1StringView("every")).toString(); !every.isEmpty()) {
        const auto interval = parseDuration(every.toStdString());
        const qint64 time = interval ? interval->count() : 0;
        for (std::size_t n = units.size(); n-- > 0;) {
            if (time % units.at(n).second == 0 && time / units.at(n).second <= mostEvery) {
                m_unit->setCurrentIndex(static_cast<int>(n));
                m_count->setValue(static_cast<int>(time / units.at(n).second));
                break;
            }
        }
        return setKind(Every);
    }
    if (const QString at = schedule.value(QLatin1StringView("at")).toString(); !at.isEmpty()) {
        // A time of a certain offset is shown as it is here; it is written back only if it is changed.
        m_once->setDateTime(QDateTime::fromString(at, Qt::ISODate).toLocalTime());
        return setKind(Once);
    }
    const QString cron = schedule.value(QLatin1StringView("cron")).toString();
    if (cron.isEmpty())
        return;
    m_cron->setText(cron);
    const auto shape = cronShape(cron);
    if (!shape)
        return setKind(Cron);
    m_time->setTime(shape->time);
    if (shape->kind == CronShape::Weekly) {
        for (int day = 1; day <= daysInWeek; ++day)
            m_weekdays.at(day - 1)->setChecked(shape->weekdays.contains(day));
    }
    if (shape->kind == CronShape::Monthly)
        m_day->setValue(shape->day);
    setKind(shape->kind == CronShape::Daily ? Daily : shape->kind == CronShape::Weekly ? Weekly : Monthly);
}

void ScheduleFields::load(const QJsonObject& values)
{
    const QJsonObject schedule = values.value(QLatin1StringView("schedule")).toObject();
    if (schedule.isEmpty())
        return;
    for (Field* const field : std::as_const(m_fields)) {
        if (!field->isEdited())
            field->load(valueAt(values, field->key()));
    }
}

void ScheduleFields::reset(const QJsonObject& values)
{
    m_loading = true;
    const QJsonObject schedule = values.value(QLatin1StringView("schedule")).toObject();
    m_loadedRule = {};
    if (!schedule.isEmpty()) {
        showRule(schedule);
        m_loadedRule = rule();
        for (Field* const field : std::as_const(m_fields))
            field->load(valueAt(values, field->key()));
    }
    m_loading = false;
}

QList<KeyEdit> ScheduleFields::edits(const QStringList& given) const
{
    QList<KeyEdit> edits;
    QList<KeyEdit> removals;
    if (const auto now = rule(); now != m_loadedRule) {
        edits.append({now.first, now.second});
        for (const char* other : {"schedule.every", "schedule.cron", "schedule.at"}) {
            const QString key = QString::fromLatin1(other);
            if (key != now.first && given.contains(key))
                removals.append({key, {}});
        }
    }
    for (const Field* const field : m_fields) {
        if (!field->isEdited())
            continue;
        if (const QString value = field->read(); !value.isEmpty())
            edits.append({field->key(), value});
        else if (given.contains(field->key()))
            removals.append({field->key(), {}});
    }
    return edits + removals;
}

QString ScheduleFields::text() const
{
    const auto now = rule();
    QString text = QStringLiteral("[schedule]\n%1 = %2\n").arg(now.first.section(QLatin1Char('.'), 1), now.second);
    for (const Field* const field : m_fields) {
        if (const QString value = field->read(); !value.isEmpty())
            text += QStringLiteral("%1 = %2\n").arg(field->key().section(QLatin1Char('.'), 1), value);
    }
    return text;
}

QString ScheduleFields::problem() const
{
    const bool noDay = std::none_of(m_weekdays.begin(), m_weekdays.end(), [](const QCheckBox* box) { return box->isChecked(); });
    if (kind() == Weekly && noDay)
        return tr("Choose at least one weekday.");
    return {};
}

void ScheduleFields::showPreview(const std::optional<SchedulePreview>& preview)
{
    m_sentence->setVisible(preview.has_value());
    m_preview->setVisible(preview.has_value());
    if (!preview)
        return;
    const QDateTime now = words::local(Clock::current().wallNow());
    QString sentence = preview->sentence;
    if (kind() == Every && !preview->times.isEmpty())
        sentence = tr("%1, first in %2", "every 5 minutes, first in 5 m")
                       .arg(sentence, words::duration(std::chrono::ceil<std::chrono::seconds>(preview->times.first() - Clock::current().wallNow())));
    m_sentence->setText(sentence);
    QStringList times;
    QStringList exact;
    const QLocale locale;
    // Seconds only where two times would look the same without them, or are chosen to the second.
    bool seconds = kind() == Once && m_once->time().second() != 0;
    for (qsizetype n = 1; n < preview->times.size(); ++n)
        seconds = seconds || preview->times.at(n) - preview->times.at(n - 1) < std::chrono::minutes(1);
    for (const WallTime at : preview->times) {
        const QDateTime time = words::local(at);
        exact += words::moment(at);
        const QString clock = time.toString(seconds ? QStringLiteral("HH:mm:ss") : QStringLiteral("HH:mm"));
        if (time.date() == now.date())
            times += clock;
        else
            times += tr("%1 %2", "a date, a time of day").arg(locale.toString(time.date(), QStringLiteral("ddd d MMM")), clock);
    }
    m_preview->setText(times.isEmpty() ? tr("It never runs.")
                                       : tr("Next: %1", "a list of times").arg(times.join(QStringLiteral(" · "))));
    m_preview->setToolTip(exact.join(QLatin1Char('\n')));
}

void ScheduleFields::showRemarks(const QList<Remark>& remarks)
{
    m_remarks->show(remarks);
    QString wrong;
    for (const Remark& remark : remarks) {
        if (remark.isError && remark.key == QLatin1StringView("schedule.cron"))
            wrong = remarkText(remark);
    }
    markField(*m_cron, wrong);
}

void ScheduleFields::changed()
{
    if (!m_loading)
        Q_EMIT edited();
}

} // namespace turnspit
