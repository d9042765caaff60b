#include <ui/edit/serviceform.h>

#include <ui/edit/environmenttable.h>
#include <ui/edit/foldsection.h>
#include <ui/edit/kindcards.h>
#include <ui/edit/remarklabel.h>
#include <ui/edit/remarktext.h>
#include <ui/edit/schedulefields.h>

#include <QCheckBox>
#include <QComboBox>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>

#include <algorithm>

namespace turnspit {
namespace {

const QString scheduleTable = QStringLiteral("schedule");
const QString manualKey = QStringLiteral("manual");
const QString shellKey = QStringLiteral("shell");

bool isOf(const QString& key, const QString& table)
{
    return key == table || key.startsWith(table + QLatin1Char('.'));
}

ServiceKind kindOf(const QJsonObject& values)
{
    if (values.value(manualKey).toBool())
        return ServiceKind::Manual;
    return values.contains(scheduleTable) ? ServiceKind::Scheduled : ServiceKind::Kept;
}

} // namespace

Field* ServiceForm::remember(Field* field)
{
    m_fields += field;
    connect(field, &Field::edited, this, &ServiceForm::changed);
    return field;
}

Field* ServiceForm::find(const QString& key) const
{
    const auto found = std::find_if(m_fields.begin(), m_fields.end(), [&](const Field* field) { return field->key() == key; });
    return found == m_fields.end() ? nullptr : *found;
}

void ServiceForm::reset(const Inspection& inspection)
{
    m_loading = true;
    begin(inspection);
    m_loadedKind = kindOf(inspection.values);
    m_kind->setKind(m_loadedKind);
    m_schedule->reset(inspection.values);
    m_environment->load(inspection.values.value(QLatin1StringView("environment")).toObject());
    loadFields(inspection, true);
    kindChosen();
    m_loading = false;
    show(inspection);
}

void ServiceForm::begin(const Inspection& inspection)
{
    m_given = inspection.given;
    m_order = inspection.keys;
    addUnknownKeys(inspection);
}

void ServiceForm::loadFields(const Inspection& inspection, bool all)
{
    for (Field* const field : std::as_const(m_fields)) {
        if (all || !field->isEdited())
            field->load(valueAt(inspection.values, field->key()));
    }
    if (all || !m_commandField->isEdited())
        m_commandField->load(inspection.commandLine);
    if (all || !m_stopCommandField->isEdited())
        m_stopCommandField->load(inspection.stopCommandLine);
}

void ServiceForm::show(const Inspection& inspection)
{
    if (!inspection.values.isEmpty()) {
        loadFields(inspection, false);
        m_schedule->load(inspection.values);
    }
    showCommandStatus(inspection);
    placeRemarks(inspection.remarks);
}

void ServiceForm::showCommandStatus(const Inspection& inspection)
{
    QString text;
    if (!inspection.executable.isEmpty() && !m_command->text().trimmed().isEmpty()) {
        const int count = inspection.argumentCount;
        text = m_shell->isChecked() ? tr("✓ runs in %1", "a shell").arg(inspection.executable)
               : count == 0         ? tr("✓ %1 · no arguments", "a program").arg(inspection.executable)
                                    : tr("✓ %1 · %n argument(s)", "a program", count).arg(inspection.executable);
    }
    m_status->setText(text);
    m_status->setVisible(!text.isEmpty());
}

void ServiceForm::placeRemarks(const QList<Remark>& remarks)
{
    QList<Remark> command;
    QList<Remark> name;
    QList<Remark> folder;
    QList<Remark> schedule;
    QHash<FoldSection*, QList<Remark>> sections;
    for (const Remark& remark : remarks) {
        const QString& key = remark.key;
        if (key == QLatin1StringView("command") || key == shellKey) {
            // Nothing has been typed yet: that is no mistake.
            if (!m_command->text().trimmed().isEmpty())
                command += remark;
        } else if (key == QLatin1StringView("name")) {
            if (!m_name->text().isEmpty())
                name += remark;
        } else if (key == QLatin1StringView("working_directory") || key == QLatin1StringView("group")) {
            folder += remark;
        } else if (isOf(key, scheduleTable)) {
            schedule += remark;
        } else if (isOf(key, QStringLiteral("environment")) || key == QLatin1StringView("environment_file")) {
            sections[m_environmentSection] += remark;
        } else if (isOf(key, QStringLiteral("restart")) || isOf(key, QStringLiteral("stop"))) {
            sections[m_restartSection] += remark;
        } else if (isOf(key, QStringLiteral("log"))) {
            sections[m_logSection] += remark;
        } else if (!key.isEmpty()) {
            sections[m_advancedSection] += remark;
        }
    }
    m_commandRemarks->show(command);
    m_nameRemarks->show(name);
    const bool isMissing = std::any_of(folder.begin(), folder.end(), [](const Remark& remark) {
        return remark.key == QLatin1StringView("working_directory") && !remark.isError;
    });
    m_folderRemarks->show(folder, m_browse && isMissing ? tr("Create folder") : QString());
    m_schedule->showRemarks(schedule);
    const auto isError = [](const Remark& remark) { return remark.isError; };
    for (FoldSection* const section : {m_environmentSection, m_restartSection, m_logSection, m_advancedSection}) {
        const QList<Remark> own = sections.value(section);
        section->remarks().show(own);
        if (std::any_of(own.begin(), own.end(), isError))
            section->setOpen(true);
    }
    const auto problemOf = [&](const QString& key) {
        const auto found = std::find_if(remarks.begin(), remarks.end(), [&](const Remark& r) { return r.isError && r.key == key; });
        return found == remarks.end() ? QString() : remarkText(*found);
    };
    for (Field* const field : std::as_const(m_fields)) {
        if (auto* edit = qobject_cast<QLineEdit*>(field->editor()))
            markField(*edit, problemOf(field->key()));
    }
    markField(*m_name, m_name->text().isEmpty() ? QString() : problemOf(QStringLiteral("name")));
    markField(*m_command, m_command->text().trimmed().isEmpty() ? QString() : problemOf(QStringLiteral("command")));
}

void ServiceForm::showPreview(const std::optional<SchedulePreview>& preview)
{
    m_schedule->showPreview(preview);
}

QList<KeyEdit> ServiceForm::edits() const
{
    QList<KeyEdit> edits;
    QList<KeyEdit> removals;
    const auto put = [&](const QString& key, const QString& value) {
        if (!value.isEmpty())
            edits.append({key, value});
        else if (m_given.contains(key))
            removals.append({key, {}});
    };
    const Field* const shell = find(shellKey);
    // An array of words and a line for the shell are not the same thing: one changes with the other.
    if (m_commandField->isEdited() || (shell->isEdited() && !m_command->text().trimmed().isEmpty()))
        put(m_commandField->key(), m_commandField->read());
    if (m_stopCommandField->isEdited())
        put(m_stopCommandField->key(), m_stopCommandField->read());
    for (const Field* const field : m_fields) {
        if (field->isEdited())
            put(field->key(), field->read());
    }
    for (const KeyEdit& edit : m_environment->edits()) {
        if (!edit.value.isEmpty() || m_given.contains(edit.key))
            (edit.value.isEmpty() ? removals : edits).append(edit);
    }
    const ServiceKind now = kind();
    if (now == ServiceKind::Scheduled) {
        const QList<KeyEdit> schedule = m_schedule->edits(m_given);
        for (const KeyEdit& edit : schedule)
            (edit.value.isEmpty() ? removals : edits).append(edit);
    } else if (std::any_of(m_given.begin(), m_given.end(), [](const QString& key) { return isOf(key, scheduleTable); })) {
        removals.append({scheduleTable, {}});
    }
    if (now != m_loadedKind) {
        if (now == ServiceKind::Manual)
            edits.append({manualKey, QStringLiteral("true")});
        else if (m_loadedKind == ServiceKind::Manual)
            put(manualKey, m_given.contains(manualKey) ? QString() : QStringLiteral("false"));
    }
    const auto place = [&](const KeyEdit& edit) {
        const qsizetype found = m_order.indexOf(edit.key.startsWith(QLatin1StringView("environment.")) ? QStringLiteral("environment") : edit.key);
        return std::pair(found < 0 ? m_order.size() : found, edit.key);
    };
    std::sort(edits.begin(), edits.end(), [&](const KeyEdit& a, const KeyEdit& b) { return place(a) < place(b); });
    return edits + removals;
}

QString ServiceForm::scheduleText() const
{
    return kind() == ServiceKind::Scheduled ? m_schedule->text() : QString();
}

QString ServiceForm::problem() const
{
    if (m_command->text().trimmed().isEmpty())
        return tr("Type a command first.");
    if (m_name->text().isEmpty())
        return tr("Give it a name.");
    if (const QString environment = m_environment->problem(); !environment.isEmpty())
        return environment;
    return kind() == ServiceKind::Scheduled ? m_schedule->problem() : QString();
}

QString ServiceForm::name() const
{
    return m_name->text().trimmed();
}

void ServiceForm::setName(const QString& name)
{
    m_nameIsSuggested = false;
    const bool was = std::exchange(m_loading, true);
    m_name->setText(name);
    m_loading = was;
}

void ServiceForm::setKnown(const QStringList& names, const QStringList& groups)
{
    m_names = names;
    const bool was = std::exchange(m_loading, true);
    const QString group = m_group->currentText();
    m_group->clear();
    m_group->addItems(groups);
    m_group->setCurrentText(group);
    m_loading = was;
}

QString ServiceForm::commandLine() const
{
    return m_command->text();
}

ServiceKind ServiceForm::kind() const
{
    return m_kind->kind();
}

QString ServiceForm::wordFor(const QString& key) const
{
    if (isOf(key, QStringLiteral("environment")))
        return tr("Environment");
    if (const Field* const field = find(key); field && !field->editor()->accessibleName().isEmpty())
        return field->editor()->accessibleName();
    if (key == m_commandField->key() || key == m_stopCommandField->key())
        return (key == m_commandField->key() ? m_commandField : m_stopCommandField)->editor()->accessibleName();
    return isOf(key, scheduleTable) ? tr("Schedule") : key;
}

void ServiceForm::mend(const KeyEdit& fix)
{
    if (Field* const field = find(fix.key)) {
        const bool isFlag = fix.value == QLatin1StringView("true") || fix.value == QLatin1StringView("false");
        field->type(isFlag ? QJsonValue(fix.value == QLatin1StringView("true")) : QJsonValue(fix.value));
    }
}

void ServiceForm::setMakingFolder(bool making)
{
    m_folderRemarks->setEnabled(!making);
}

void ServiceForm::focusCommand()
{
    m_command->setFocus(Qt::OtherFocusReason);
}

void ServiceForm::commandTyped()
{
    if (m_loading || !m_nameIsSuggested)
        return;
    m_loading = true;
    m_name->setText(suggestName(m_command->text(), m_names));
    m_loading = false;
}

void ServiceForm::kindChosen()
{
    m_scheduleBox->setVisible(kind() == ServiceKind::Scheduled);
    changed();
}

void ServiceForm::changed()
{
    if (!m_loading)
        Q_EMIT edited();
}

} // namespace turnspit
