#include <ui/edit/serviceform.h>

#include <ui/edit/environmenttable.h>
#include <ui/edit/foldsection.h>
#include <ui/edit/kindcards.h>
#include <ui/edit/remarklabel.h>
#include <ui/edit/schedulefields.h>

#include <QCheckBox>
#include <QComboBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

/// What the form is made of; what it does is in serviceform.cpp.
namespace turnspit {

namespace {

constexpr int mostRestarts = 1'000'000;

QLineEdit* leftToRight(QLineEdit* edit)
{
    edit->setLayoutDirection(Qt::LeftToRight);
    return edit;
}

/// What a line of the grammar of durations or sizes needs, and no more.
QLineEdit* shortEdit(QWidget* parent, const QString& hint)
{
    auto* edit = new QLineEdit(parent);
    edit->setPlaceholderText(hint);
    edit->setMaximumWidth(16 * edit->fontMetrics().averageCharWidth());
    return edit;
}

} // namespace

ServiceForm::ServiceForm(bool fixedName, bool browse, QWidget* parent)
    : QWidget(parent), m_kind(new KindCards(this)), m_command(leftToRight(new QLineEdit(this))),
      m_shell(new QCheckBox(tr("&Use a shell"), this)), m_status(new QLabel(this)), m_name(new QLineEdit(this)),
      m_folder(leftToRight(new QLineEdit(this))), m_browse(browse),
      m_group(new QComboBox(this)), m_scheduleBox(new QWidget(this)), m_schedule(new ScheduleFields(m_scheduleBox)),
      m_environment(new EnvironmentTable(this)), m_commandRemarks(new RemarkLabel(this)), m_nameRemarks(new RemarkLabel(this)),
      m_folderRemarks(new RemarkLabel(this))
{
    setObjectName(QStringLiteral("serviceForm"));
    new QVBoxLayout(this);
    createMain(fixedName, browse);
    createEnvironment(browse);
    createRestart();
    createLog();
    createAdvanced();
    static_cast<QVBoxLayout*>(layout())->addStretch(1);

    connect(m_kind, &KindCards::chosen, this, &ServiceForm::kindChosen);
    connect(m_schedule, &ScheduleFields::edited, this, &ServiceForm::changed);
    connect(m_environment, &EnvironmentTable::edited, this, &ServiceForm::changed);
    connect(m_command, &QLineEdit::textChanged, this, &ServiceForm::commandTyped);
    connect(m_name, &QLineEdit::textChanged, this, &ServiceForm::changed);
    connect(m_name, &QLineEdit::textEdited, this, [this](const QString& text) { m_nameIsSuggested = text.isEmpty(); });
    connect(m_commandRemarks, &RemarkLabel::fixRequested, this, &ServiceForm::mend);
    connect(m_folderRemarks, &RemarkLabel::offerTaken, this, [this] { Q_EMIT folderWanted(m_folder->text().trimmed()); });
    kindChosen();
}

void ServiceForm::createMain(bool fixedName, bool browse)
{
    auto* outer = static_cast<QVBoxLayout*>(layout());
    outer->addWidget(m_kind);

    m_command->setObjectName(QStringLiteral("commandEdit"));
    m_command->setPlaceholderText(tr("program argument argument"));
    m_commandField = Field::text(QStringLiteral("command"), m_command);
    connect(m_commandField, &Field::edited, this, &ServiceForm::changed);
    remember(Field::flag(QStringLiteral("shell"), m_shell));
    m_shell->setToolTip(tr("The command is one line for /bin/sh: |, >, * and $NAME mean something."));
    m_status->setObjectName(QStringLiteral("commandStatus"));
    m_status->setTextFormat(Qt::PlainText);
    m_status->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_status->setAccessibleDescription(tr("Program that was found")); // its name is what it says
    m_status->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); // a long path must not widen the dialog

    m_name->setObjectName(QStringLiteral("nameEdit"));
    m_name->setReadOnly(fixedName);
    m_name->setEnabled(!fixedName);
    remember(Field::editableWord(QStringLiteral("group"), m_group));
    m_group->setObjectName(QStringLiteral("groupBox"));
    m_group->setMinimumContentsLength(12);
    m_folder->setPlaceholderText(QStringLiteral("~"));
    remember(Field::text(QStringLiteral("working_directory"), m_folder));

    auto* form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    QWidget* const command = withBrowser(m_command, browse, false);
    auto* commandLabel = new QLabel(tr("Co&mmand"), this);
    commandLabel->setBuddy(m_command);
    form->addRow(commandLabel, command);
    auto* under = new QHBoxLayout;
    under->addWidget(m_status, 1);
    under->addStretch(0);
    under->addWidget(m_shell);
    form->addRow(QString(), under);
    form->addRow(QString(), m_commandRemarks);

    auto* nameLabel = new QLabel(tr("&Name"), this);
    nameLabel->setBuddy(m_name);
    auto* groupLabel = new QLabel(tr("&Group"), this);
    groupLabel->setBuddy(m_group);
    auto* names = new QHBoxLayout;
    names->addWidget(m_name, 3);
    names->addWidget(groupLabel);
    names->addWidget(m_group, 2);
    form->addRow(nameLabel, names);
    form->addRow(QString(), m_nameRemarks);
    auto* folderLabel = new QLabel(tr("&Folder"), this);
    folderLabel->setBuddy(m_folder);
    form->addRow(folderLabel, withBrowser(m_folder, browse, true));
    form->addRow(QString(), m_folderRemarks);
    m_command->setAccessibleName(tr("Command"));
    m_name->setAccessibleName(tr("Name"));
    m_group->setAccessibleName(tr("Group"));
    m_group->lineEdit()->setAccessibleName(m_group->accessibleName());
    m_folder->setAccessibleName(tr("Folder"));
    outer->addLayout(form);

    auto* scheduleForm = new QFormLayout(m_scheduleBox);
    scheduleForm->setContentsMargins(0, 0, 0, 0);
    scheduleForm->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    scheduleForm->addRow(tr("Schedule"), m_schedule);
    outer->addWidget(m_scheduleBox);
}

QFormLayout* ServiceForm::section(FoldSection*& into, const char* name, const QString& title, QWidget* above)
{
    auto* content = new QWidget(this);
    auto* box = new QVBoxLayout(content);
    box->setContentsMargins(0, 0, 0, 0);
    if (above)
        box->addWidget(above);
    auto* form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    box->addLayout(form);
    into = new FoldSection(QString::fromLatin1(name), title, content, this);
    static_cast<QVBoxLayout*>(layout())->addWidget(into);
    connect(&into->remarks(), &RemarkLabel::fixRequested, this, &ServiceForm::mend);
    return form;
}

void ServiceForm::add(QFormLayout* form, const QString& label, Field* field)
{
    auto* text = new QLabel(label, this);
    text->setBuddy(field->editor());
    field->editor()->setAccessibleName(label);
    if (const auto* const box = qobject_cast<QComboBox*>(field->editor()); box && box->isEditable())
        box->lineEdit()->setAccessibleName(label);
    form->addRow(text, field->editor());
}

void ServiceForm::createEnvironment(bool browse)
{
    QFormLayout* const form = section(m_environmentSection, "environmentSection", tr("Environment"), m_environment);
    auto* file = leftToRight(new QLineEdit(this));
    file->setPlaceholderText(QStringLiteral(".env"));
    Field* const field = remember(Field::text(QStringLiteral("environment_file"), file));
    auto* label = new QLabel(tr("Variables from file"), this);
    label->setBuddy(file);
    field->editor()->setAccessibleName(label->text());
    form->addRow(label, withBrowser(file, browse, false));
}

void ServiceForm::createRestart()
{
    QFormLayout* const form = section(m_restartSection, "restartSection", tr("Restart and stop"));
    add(form, tr("Restart"),
        remember(Field::word(QStringLiteral("restart.policy"), new QComboBox(this),
                             {{QStringLiteral("never"), tr("Never")},
                              {QStringLiteral("on-failure"), tr("When it failed")},
                              {QStringLiteral("always"), tr("Always")}})));
    auto* codes = shortEdit(this, QStringLiteral("0"));
    codes->setToolTip(tr("Exit codes that mean success, such as 0, 3."));
    add(form, tr("Good exit codes"), remember(Field::numbers(QStringLiteral("restart.success_exit_codes"), codes)));
    add(form, tr("Wait before a restart"), remember(Field::text(QStringLiteral("restart.delay"), shortEdit(this, QStringLiteral("1s")))));
    add(form, tr("Doubling up to"), remember(Field::text(QStringLiteral("restart.max_delay"), shortEdit(this, QStringLiteral("60s")))));
    auto* limit = new QSpinBox(this);
    limit->setRange(0, mostRestarts);
    limit->setSpecialValueText(tr("no limit"));
    add(form, tr("Give up after failures"), remember(Field::number(QStringLiteral("restart.limit"), limit)));
    add(form, tr("Within"), remember(Field::text(QStringLiteral("restart.window"), shortEdit(this, QStringLiteral("10m")))));
    add(form, tr("Forget failures when up for"),
        remember(Field::text(QStringLiteral("restart.reset_after"), shortEdit(this, QStringLiteral("60s")))));
    auto* signal = new QComboBox(this);
    signal->addItems({QStringLiteral("SIGTERM"), QStringLiteral("SIGINT"), QStringLiteral("SIGHUP"), QStringLiteral("SIGQUIT"),
                      QStringLiteral("SIGUSR1"), QStringLiteral("SIGUSR2"), QStringLiteral("SIGKILL")});
    add(form, tr("Stop with signal"), remember(Field::editableWord(QStringLiteral("stop.signal"), signal)));
    add(form, tr("Kill when still there after"), remember(Field::text(QStringLiteral("stop.timeout"), shortEdit(this, QStringLiteral("10s")))));
    auto* command = leftToRight(new QLineEdit(this));
    command->setPlaceholderText(tr("instead of the signal"));
    m_stopCommandField = Field::text(QStringLiteral("stop.command"), command);
    connect(m_stopCommandField, &Field::edited, this, &ServiceForm::changed);
    add(form, tr("Stop command"), m_stopCommandField);
}

void ServiceForm::createLog()
{
    QFormLayout* const form = section(m_logSection, "logSection", tr("Logs"));
    auto* capture = new QCheckBox(tr("Keep its output"), this);
    remember(Field::flag(QStringLiteral("log.capture"), capture));
    capture->setAccessibleName(capture->text());
    form->addRow(capture);
    add(form, tr("At most"), remember(Field::text(QStringLiteral("log.max_size"), shortEdit(this, QStringLiteral("100MB")))));
    add(form, tr("In files of"), remember(Field::text(QStringLiteral("log.segment_size"), shortEdit(this, QStringLiteral("16MB")))));
    add(form, tr("No older than"), remember(Field::text(QStringLiteral("log.max_age"), shortEdit(this, QStringLiteral("30d")))));
}

void ServiceForm::createAdvanced()
{
    m_advancedForm = section(m_advancedSection, "advancedSection", tr("Advanced"));
    add(m_advancedForm, tr("Notes"), remember(Field::text(QStringLiteral("description"), new QLineEdit(this))));
    auto* autostart = new QCheckBox(tr("Start together with Turnspit"), this);
    auto* disabled = new QCheckBox(tr("Disabled: never starts"), this);
    remember(Field::flag(QStringLiteral("autostart"), autostart));
    remember(Field::flag(QStringLiteral("disabled"), disabled));
    for (QCheckBox* const box : {autostart, disabled}) {
        box->setAccessibleName(box->text());
        m_advancedForm->addRow(box);
    }
    add(m_advancedForm, tr("If Turnspit itself ends unexpectedly"),
        remember(Field::word(QStringLiteral("on_host_crash"), new QComboBox(this),
                             {{QStringLiteral("keep"), tr("It goes on")}, {QStringLiteral("end"), tr("It is ended")}})));
    auto* mask = shortEdit(this, QStringLiteral("0022"));
    mask->setToolTip(tr("The umask: permissions that new files do not get, as octal digits."));
    add(m_advancedForm, tr("File mode mask"), remember(Field::text(QStringLiteral("umask"), mask)));
}

/// A host may know keys that this form has no words for: they can be set all the same, by their own name.
void ServiceForm::addUnknownKeys(const Inspection& inspection)
{
    const QStringList elsewhere{QStringLiteral("command"),        QStringLiteral("stop.command"), QStringLiteral("environment"),
                                QStringLiteral("manual"),         QStringLiteral("schedule.every"), QStringLiteral("schedule.cron"),
                                QStringLiteral("schedule.at")};
    for (const QString& key : inspection.keys) {
        const QList<Field*>& ofSchedule = m_schedule->fields();
        const bool known = elsewhere.contains(key) || find(key)
                           || std::any_of(ofSchedule.begin(), ofSchedule.end(), [&](const Field* field) { return field->key() == key; });
        if (!known)
            add(m_advancedForm, key, remember(Field::anything(key, leftToRight(new QLineEdit(this)))));
    }
}

QWidget* ServiceForm::withBrowser(QLineEdit* edit, bool browse, bool folder)
{
    if (!browse)
        return edit;
    auto* row = new QWidget(this);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* button = new QToolButton(row);
    button->setText(QStringLiteral("…"));
    button->setObjectName(edit->objectName() + QStringLiteral("Browse"));
    button->setAccessibleName(folder ? tr("Choose a folder") : tr("Choose a file"));
    button->setToolTip(button->accessibleName());
    layout->addWidget(edit, 1);
    layout->addWidget(button);
    const bool isCommand = edit == m_command;
    connect(button, &QToolButton::clicked, this, [this, edit, folder, isCommand] {
        auto* dialog = new QFileDialog(this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(folder ? QFileDialog::Directory : QFileDialog::ExistingFile);
        dialog->setOption(QFileDialog::ShowDirsOnly, folder);
        connect(dialog, &QFileDialog::fileSelected, edit, [edit, isCommand](const QString& path) {
            // A command is split like a shell would.
            const bool needsQuotes = isCommand && path.contains(QLatin1Char(' '));
            edit->setText(needsQuotes ? QLatin1Char('\'') + path + QLatin1Char('\'') : path);
        });
        dialog->open();
    });
    return row;
}

} // namespace turnspit
